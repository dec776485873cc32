// A retry policy: a list of delays, for a platform that publishes its own.
import { z } from 'zod'
import { durationMs, type Duration } from '../scenario/duration.ts'
import { delay, mostRetries, policyOf, type RetryOptions } from './retry-input.ts'
import type { RetryPolicy } from './retry-policy.ts'

const listOfDelays = `a list of at most ${mostRetries} durations`

/** These delays, each counted from the end of the attempt before; an empty list never tries again. */
export function custom(input: RetryOptions & { delays: readonly Duration[] }): RetryPolicy {
  return policyOf('custom', input, { delays: z.array(delay, listOfDelays).max(mostRetries, listOfDelays) }, sound => sound.delays.map(one => durationMs(one)!))
}
