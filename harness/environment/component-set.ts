// All that the harness has started in one run: it hears of every death, samples every process, and ends all of it in order.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { monotonicMs } from '../clock.ts'
import { openComponentLog } from './component-log.ts'
import type { ArrangeOptions, Death, ProcessUsage } from './environment.ts'
import type { Launch } from './launch.ts'
import { createLocalComponent, type LocalComponent } from './local-component.ts'
import { readProcesses } from './process-tree.ts'

const sampleEveryMs = 1_000

/** Programs end first, while what they need to finish their work is still there, and the proxies last. */
const endOrder = ['program', 'server', 'proxy'] as const
export type Part = (typeof endOrder)[number]

export interface ComponentSet {
  /** Starts them side by side. Throws the first failure, when all of them have come to an end of their start. */
  start(part: Part, launches: readonly Launch[]): Promise<void>
  /** The system's own, by name: without the proxies. */
  readonly components: ReadonlyMap<string, LocalComponent>
  onDeath(listener: (death: Death) => void): void
  usage(): ProcessUsage[]
  /** Safe to call twice, and while something starts. */
  stop(): Promise<void>
}

export function createComponentSet({ folder, journal, progress, signal }: Pick<ArrangeOptions, 'folder' | 'journal' | 'progress' | 'signal'>): ComponentSet {
  const started: { part: Part; component: LocalComponent }[] = []
  const components = new Map<string, LocalComponent>()
  const deaths: Death[] = []
  const listeners: ((death: Death) => void)[] = []
  const logs = join(folder, 'logs')
  mkdirSync(logs, { recursive: true })
  // A dead process cannot be asked what it used; what it used in its last second is lost.
  const sampler = setInterval(sampleAll, sampleEveryMs).unref()

  function sampleAll(): void {
    const processes = readProcesses()
    for (const { component } of started) component.sample(processes)
  }

  function create(part: Part, launch: Launch): LocalComponent {
    const component = createLocalComponent(launch, {
      log: openComponentLog(join(logs, `${launch.name}.log`)),
      journal,
      onDeath(death) {
        const full = { ...death, harness: part === 'proxy' }
        deaths.push(full)
        for (const listener of listeners) listener(full)
      },
    })
    started.push({ part, component })
    if (part !== 'proxy') components.set(launch.name, component)
    return component
  }

  async function start(part: Part, launches: readonly Launch[]): Promise<void> {
    const failed = new AbortController()
    const outcomes = await Promise.allSettled(launches.map(async launch => {
      const beganMs = monotonicMs()
      try {
        await create(part, launch).start(AbortSignal.any([signal, failed.signal]))
        progress(`${launch.name} ready in ${Math.round(monotonicMs() - beganMs)} ms`)
      } catch (error) {
        // The others need not get ready any more. Their own errors come later and say only that.
        failed.abort(error)
        throw error
      }
    }))
    signal.throwIfAborted()
    if (outcomes.some(outcome => outcome.status === 'rejected')) throw failed.signal.reason
  }

  async function stopAll(): Promise<void> {
    clearInterval(sampler)
    const failures: unknown[] = []
    for (const part of endOrder) {
      const ending = started.filter(each => each.part === part).map(({ component }) => component.stop())
      for (const outcome of await Promise.allSettled(ending)) if (outcome.status === 'rejected') failures.push(outcome.reason)
    }
    if (failures.length > 0) throw new AggregateError(failures, 'some components could not be stopped')
  }

  let stopped: Promise<void> | undefined
  return {
    start,
    components,
    onDeath(listener) {
      listeners.push(listener)
      // What died before anybody listened is a death all the same.
      for (const death of deaths) listener(death)
    },
    usage() {
      sampleAll()
      return started.map(({ component }) => component.usage())
    },
    stop: () => (stopped ??= stopAll()),
  }
}
