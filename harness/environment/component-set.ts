// All that the harness has started in one run: it hears of every death, samples every life, and ends all of it in order.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { monotonicMs } from '../clock.ts'
import { createComponent, type ManagedComponent } from './component.ts'
import { openComponentLog } from './component-log.ts'
import type { ArrangeOptions, Death, ProcessUsage } from './environment.ts'
import type { Launch } from './launch.ts'

const sampleEveryMs = 1_000

/** Programs end first, while what they need to finish their work is still there, and the proxies last. */
const endOrder = ['program', 'server', 'proxy'] as const
export type Part = (typeof endOrder)[number]

export interface ComponentSet {
  /** Starts them side by side. Throws the first failure, when all of them have come to an end of their start. */
  start(part: Part, launches: readonly Launch[]): Promise<void>
  /** The system's own, by name: without the proxies. */
  readonly components: ReadonlyMap<string, ManagedComponent>
  onDeath(listener: (death: Death) => void): void
  /** Of something that is none of its components. */
  report(death: Death): void
  usage(): Promise<ProcessUsage[]>
  /** Safe to call twice, and while something starts. */
  stop(): Promise<void>
}

export function createComponentSet({ folder, journal, progress, signal }: Pick<ArrangeOptions, 'folder' | 'journal' | 'progress' | 'signal'>): ComponentSet {
  const started: { part: Part; component: ManagedComponent }[] = []
  const components = new Map<string, ManagedComponent>()
  const deaths: Death[] = []
  const listeners: ((death: Death) => void)[] = []
  const logs = join(folder, 'logs')
  mkdirSync(logs, { recursive: true })
  // What has died cannot be asked what it used; what it used in its last second is lost.
  const sampler = setInterval(sampleAll, sampleEveryMs).unref()

  async function sampleAll(): Promise<void> {
    await Promise.all(started.map(({ component }) => component.sample()))
  }

  function report(death: Death): void {
    deaths.push(death)
    for (const listener of listeners) listener(death)
  }

  function create(part: Part, launch: Launch): ManagedComponent {
    const component = createComponent(launch, {
      log: openComponentLog(join(logs, `${launch.name}.log`)),
      journal,
      onDeath: death => report({ ...death, harness: part === 'proxy' }),
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
    report,
    onDeath(listener) {
      listeners.push(listener)
      // What died before anybody listened is a death all the same.
      for (const death of deaths) listener(death)
    },
    async usage() {
      await sampleAll()
      return started.map(({ component }) => component.usage())
    },
    stop: () => (stopped ??= stopAll()),
  }
}
