/** When a sender gives up waiting, tries again, and gives up for good. Numbers and their grades of evidence: DOMAIN.md 1.1. Times in ms, unscaled. */
export interface RetryPolicy {
  readonly name: string
  /** What is wrong with what it was made of: path below the policy, what was found, what would be right. A scenario with such a policy is refused. */
  readonly problems?: readonly string[]
  readonly connectTimeoutMs: number
  /** Connect and answer together. */
  readonly totalTimeoutMs: number
  /** Delay of each retry after the failed attempt ended. Shrunk by the time scale; the timeouts are not. */
  readonly delaysMs: readonly number[]
  /** Share of each delay that is drawn at random, by seed: 0.1 spreads it over ±10 %. */
  readonly jitter: number
  /** The shop's subscription is removed once one of its events used up its retries; what it still owes is never sent. */
  readonly removesSubscription: boolean
}
