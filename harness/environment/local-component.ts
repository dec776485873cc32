// One component over the whole run: faults kill, restart and pause it through this, and its CPU and last words outlive its processes.
import { until } from '../clock.ts'
import { causeOf, FloodmarkError } from '../errors.ts'
import type { ComponentLog } from './component-log.ts'
import type { Death, ProcessJournal, ProcessUsage, StartedComponent } from './environment.ts'
import type { Launch } from './launch.ts'
import { startProcess, type LocalProcess } from './local-process.ts'
import type { ProcessRow } from './process-tree.ts'
import { createUsageMeter } from './usage-meter.ts'

// A large program on a small machine takes its time; one that has died is noticed at once.
const readyLimitMs = 60_000
const probeLimitMs = 2_000
const endLimitMs = 5_000

export interface LocalComponent extends StartedComponent {
  /** Starts it; resolves when a real request was answered. Throws `unavailable` with the last lines of its log. */
  start(signal: AbortSignal): Promise<void>
  /** Reads its CPU and memory from a process table. */
  sample(processes?: ProcessRow[]): void
  usage(): ProcessUsage
  /** Ends it for good, also while it starts. */
  stop(): Promise<void>
}

/** What a component needs around it. */
export interface Surroundings {
  log: ComponentLog
  journal: ProcessJournal
  /** Called when it ends unasked after it was ready once; before that `start` throws. */
  onDeath: (death: Omit<Death, 'harness'>) => void
}

export function createLocalComponent(launch: Launch, { log, journal, onDeath }: Surroundings): LocalComponent {
  const { name } = launch
  const meter = createUsageMeter()
  const stopping = new AbortController()
  let current: LocalProcess | undefined
  let starting: Promise<void> | undefined
  let initialised = false

  const alive = (): LocalProcess | undefined => (current?.how ? undefined : current)

  function sample(processes?: ProcessRow[]): void {
    const now = alive()
    if (now) meter.sample(now.pid, processes)
  }

  async function begin(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    await launch.prepare?.(signal)
    signal.throwIfAborted()
    const started = await startProcess(launch, log, journal)
    current = started
    const gone = new AbortController()
    void started.ended.then(({ how, atMs }) => {
      meter.endProcess()
      gone.abort()
      if (!started.asked && initialised) onDeath({ name, how, lastLines: log.lastLines(), atMs })
    })
    try {
      await until(`a first answer of ${name}`, readyLimitMs, () => launch.probe(probeLimitMs), { signal: AbortSignal.any([signal, gone.signal]) })
      if (!initialised) await launch.initialise?.()
      initialised = true
    } catch (error) {
      signal.throwIfAborted()
      throw notReady(started, error)
    }
  }

  function notReady({ pid, how }: LocalProcess, error: unknown): FloodmarkError {
    if (error instanceof FloodmarkError) return error
    const message = how ? `${name} (pid ${pid}) ${how} before it was ready` : `${name} (pid ${pid}) did not get ready: ${causeOf(error)}`
    return new FloodmarkError('unavailable', message, { evidence: log.lastLines(), hint: `its whole log is ${log.file}`, cause: error })
  }

  async function start(signal: AbortSignal): Promise<void> {
    starting ??= begin(AbortSignal.any([signal, stopping.signal])).finally(() => (starting = undefined))
    await starting
  }

  function running(): LocalProcess {
    const now = alive()
    if (!now) throw new Error(`${name} is not running: ${current?.how ?? 'never started'}`)
    return now
  }

  return {
    name,
    managed: true,
    logFile: log.file,
    get life() {
      return current?.life
    },
    get pid() {
      return alive()?.pid
    },
    start,
    async kill() {
      sample()
      return alive()?.kill() ?? `${name} was not running: ${current?.how ?? 'never started'}`
    },
    async shutDown(limitMs) {
      sample()
      return await running().end(limitMs)
    },
    async restart() {
      if (!alive() || starting) await start(stopping.signal)
    },
    async pause() {
      await running().setStopped(true)
    },
    async resume() {
      await running().setStopped(false)
    },
    probe: launch.probe,
    sample,
    usage: () => ({ name, ...meter.usage() }),
    async stop() {
      stopping.abort(new Error(`${name} is being stopped`))
      await starting?.catch(() => {})
      sample()
      await alive()?.end(endLimitMs)
      await launch.clear?.()
      await log.close()
    },
  }
}
