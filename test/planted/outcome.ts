// What a trial comes to: one row of the table.

export interface Outcome {
  name: string
  /** Scenario, or file of unit tests. */
  under: string
  /** What it must come to, in words. */
  expected: string
  isAsExpected: boolean
  /** Failing check or test; why it is not as expected. Empty where nothing raised an alarm. */
  by: string
  exit: number | null
  /** Of the last try. */
  seconds: number
  /** Why earlier tries said nothing: each was an invalid run. */
  invalid: readonly string[]
}

export interface TrialOptions {
  seed: number
  /** Where run records go; those of runs that came out as expected are removed. */
  out: string
  signal: AbortSignal
}
