// One component over the whole run, whatever it runs as: faults kill, restart and pause it through this, and its CPU and last words outlive its lives.
import { until } from '../clock.ts'
import { causeOf, FloodmarkError } from '../errors.ts'
import type { ComponentLog } from './component-log.ts'
import type { Death, ProcessJournal, ProcessUsage, StartedComponent } from './environment.ts'
import type { Launch } from './launch.ts'
import type { StartedLife } from './life.ts'
import { createUsageMeter } from './usage-meter.ts'

// A large program on a small machine takes its time; one that has died is noticed at once.
const readyLimitMs = 60_000
const probeLimitMs = 2_000
const endLimitMs = 5_000

export interface ManagedComponent extends StartedComponent {
  /** Starts it; resolves when a real request was answered. Throws `unavailable` with the last lines of its log. */
  start(signal: AbortSignal): Promise<void>
  /** Reads what its present life has used. */
  sample(): Promise<void>
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

export function createComponent(launch: Launch, { log, journal, onDeath }: Surroundings): ManagedComponent {
  const { name } = launch
  const meter = createUsageMeter()
  const stopping = new AbortController()
  let current: StartedLife | undefined
  let starting: Promise<void> | undefined
  let initialised = false
  let deathsExpected = false

  const alive = (): StartedLife | undefined => (current?.how ? undefined : current)

  async function sample(): Promise<void> {
    const now = alive()
    const used = await now?.measure()
    // What comes in after its end would count as the next one's.
    if (used && now === alive()) meter.record(used)
  }

  async function begin(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const started = await launch.begin({ log, journal, signal })
    current = started
    const gone = new AbortController()
    void started.ended.then(({ how, atMs }) => {
      meter.endLife()
      gone.abort()
      if (!started.asked && !deathsExpected && initialised) onDeath({ name, how, lastLines: log.lastLines(), atMs })
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

  function notReady({ life, how }: StartedLife, error: unknown): FloodmarkError {
    if (error instanceof FloodmarkError) return error
    const message = how ? `${name} (${life.label}) ${how} before it was ready` : `${name} (${life.label}) did not get ready: ${causeOf(error)}`
    return new FloodmarkError('unavailable', message, { evidence: log.lastLines(), hint: `its whole log is ${log.file}`, cause: error })
  }

  async function start(signal: AbortSignal): Promise<void> {
    starting ??= begin(AbortSignal.any([signal, stopping.signal])).finally(() => (starting = undefined))
    await starting
  }

  function running(): StartedLife {
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
      await sample()
      return alive()?.kill() ?? `${name} was not running: ${current?.how ?? 'never started'}`
    },
    async shutDown(limitMs) {
      await sample()
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
    container: launch.control,
    expectDeaths(expected) {
      deathsExpected = expected
    },
    probe: launch.probe,
    sample,
    usage: () => ({ name, ...meter.usage() }),
    async stop() {
      stopping.abort(new Error(`${name} is being stopped`))
      await starting?.catch(() => {})
      await sample()
      await alive()?.end(endLimitMs)
      await launch.clear?.()
      await log.close()
    },
  }
}
