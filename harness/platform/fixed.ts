// A retry policy: the same delay each time, as a simple sender or a queue with one visibility timeout tries again.
import { durationMs, type Duration } from '../scenario/duration.ts'
import { whole } from '../scenario/rules.ts'
import { delay, mostRetries, policyOf, type RetryOptions } from './retry-input.ts'
import type { RetryPolicy } from './retry-policy.ts'

/** `retries` times the same delay. */
export function fixed(input: RetryOptions & { delay: Duration; retries: number }): RetryPolicy {
  return policyOf('fixed', input, { delay, retries: whole(0, mostRetries) }, sound => Array.from({ length: sound.retries }, () => durationMs(sound.delay)!))
}
