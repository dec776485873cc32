// Guardrails: what a scenario says must end the whole experiment at once, because going on would only do harm.
import type { FloodStatus } from '../progress.ts'

/** Live numbers of the flood that a guard looks at, ten times a second. Counts are since the flood began. */
export interface GuardedStatus extends FloodStatus {
  /** Attempts that ended so. */
  refused: number
  indeterminate: number
}

/** One condition of `abortWhen`. A file each beside this one, exported in ../index.ts; a scenario may bring its own. */
export interface Guard {
  readonly name: string
  /** What is wrong with the options it was made of; a scenario with such a guard is refused. */
  readonly problems?: readonly string[]
  /** What aborts the run, in words with numbers. */
  readonly condition: string
  /** Begins the watch over one flood. The returned look says what has come true, or undefined. */
  watch(): (status: GuardedStatus) => string | undefined
}

/** The guard that came true, and when: ms since the flood began. */
export interface Aborted {
  guard: string
  reason: string
  atMs: number
}
