// A retry policy: each delay a multiple of the one before, as most platforms back off.
import { durationMs, type Duration } from '../scenario/duration.ts'
import { between, whole } from '../scenario/rules.ts'
import { delay, mostRetries, policyOf, type RetryOptions } from './retry-input.ts'
import type { RetryPolicy } from './retry-policy.ts'

/** The longest delay that a scenario may have at all. */
const defaultCap: Duration = '30d'

/** `retries` delays from `first` on, each `factor` times the one before, and none above `cap` (default 30d) before its jitter. */
export function exponential(input: RetryOptions & { first: Duration; factor: number; cap?: Duration; retries: number }): RetryPolicy {
  return policyOf('exponential', input, { first: delay, factor: between(1, 100), cap: delay.optional(), retries: whole(0, mostRetries) }, sound => {
    const capMs = durationMs(sound.cap ?? defaultCap)!
    return Array.from({ length: sound.retries }, (_, retry) => Math.min(capMs, durationMs(sound.first)! * sound.factor ** retry))
  })
}
