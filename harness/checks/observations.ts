import type { FaultRecord } from '../faults/fault.ts'
import type { Death, ProcessUsage } from '../environment/environment.ts'
import type { Attempt } from '../history/attempts.ts'
import type { Aborted } from '../guards/guard.ts'
import type { History } from '../history/history.ts'
import type { SenderReport } from '../load/engine.ts'
import type { Plan } from '../plan/plan.ts'
import type { Corpus } from '../platform/corpus.ts'

/** What the run left behind for its judge: the history and what the harness says of its own work. Never what the system says of itself. */
export interface Observations {
  plan: Plan
  history: History
  /** Attempts after each event's first, warm-up included; read more than once. The reader may yield the same object again and again. */
  attempts: Iterable<Readonly<Attempt>>
  /** Says how the platform writes an order's id. */
  corpus: Pick<Corpus, 'orderId'>
  /** Names in the order of the history's `deliveries`. */
  destinations: readonly string[]
  timeScale: number
  /** History ticks at which the flood began and the drain ended. */
  floodTick: number
  endTick: number
  faults: readonly FaultRecord[]
  /** What the scenario declared. Times in ms. */
  lateAfterMs: number
  recoveryBoundMs: number
  /** How many conditions could have ended the run early, and the one that did. */
  guards: number
  aborted?: Aborted
  drain: { ended: 'settled' | 'limit'; durationMs: number; settleMs: number }
  sender: SenderReport
  servers: ServersReport
  deaths: readonly Death[]
  processes: readonly ProcessUsage[]
  generator: { lagP99Ms: number; unsent: number }
}

/** What the destinations' process says of its own work. */
export interface ServersReport {
  unexpected: number
  unexpectedSamples: string[]
  unreadable: number
  unreadableSamples: string[]
  eventLoopDelayMs: { p50: number; p99: number; max: number }
}
