import type { FaultRecord } from '../faults/fault.ts'
import type { Death, ProcessUsage } from '../environment/environment.ts'
import type { Attempt } from '../history/attempts.ts'
import type { History } from '../history/history.ts'
import type { Plan } from '../plan/plan.ts'
import type { Corpus } from '../platform/corpus.ts'
import type { Accounts } from './accounts.ts'
import type { Latency } from './latency.ts'
import type { Recovery } from './recovery-time.ts'
import type { Series } from './series.ts'

/** Verdicts of one check. How they make up the run's: verdict.ts. */
export const verdicts = ['pass', 'fail', 'unknown', 'invalid'] as const
export type Verdict = (typeof verdicts)[number]

/** One expectation of a scenario. A file each beside this one and a line in ../index.ts; what is always on stands in registry.ts. */
export interface Check {
  readonly name: string
  /** What is wrong with the options it was made of: path below the check, what was found, what would be right. A scenario with such a check is refused. */
  readonly problems?: readonly string[]
  /** A failed invariant is exit 1, a failed objective exit 2. */
  readonly invariant: boolean
  /** What must come true, in words with numbers. */
  readonly expected: string
  /** The p99 delay this check asks for, where it asks for one: what `recovery` takes for a destination that is good again. Ms. */
  readonly delayP99Ms?: number
  /** Says nothing about a run without faults: a scenario that asks for it and has none is refused. */
  readonly needsFaults?: boolean
  judge(evidence: Evidence): Finding
}

export interface Finding {
  verdict: Verdict
  /** What was seen, in words with numbers. */
  observed: string
  /** Up to a few events, instants or log lines that show it. */
  evidence: string[]
}

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
  drain: { ended: 'settled' | 'limit'; durationMs: number; settleMs: number }
  sender: SenderReport
  servers: ServersReport
  deaths: readonly Death[]
  processes: readonly ProcessUsage[]
  generator: { lagP99Ms: number; unsent: number }
}

/** All that a check may read: the observations and what was counted from them once for all checks. */
export interface Evidence extends Observations {
  accounts: Accounts
  series: Series
  recoveries: readonly Recovery[]
  latency: Latency
}

/** What the load engine says of its own work in the flood. */
export interface SenderReport {
  engine: string
  /** First sends after their planned instant, ms. */
  lagMs: { p50: number; p99: number; max: number }
  eventLoopDelayMs: { p50: number; p99: number; max: number }
  sent: number
  unsent: Record<string, number>
  attempts: number
  /** Events whose send had to wait because every socket was in use. */
  waitedForSocket: number
  maxSockets: number
  subscriptionsRemoved: number
}

/** What the destinations' process says of its own work. */
export interface ServersReport {
  unexpected: number
  unexpectedSamples: string[]
  unreadable: number
  unreadableSamples: string[]
  eventLoopDelayMs: { p50: number; p99: number; max: number }
}
