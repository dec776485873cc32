import type { Accounts } from './accounts.ts'
import type { Latency } from './latency.ts'
import type { Observations } from './observations.ts'
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

/** All that a check may read: the observations and what was counted from them once for all checks. */
export interface Evidence extends Observations {
  accounts: Accounts
  series: Series
  recoveries: readonly Recovery[]
  latency: Latency
}
