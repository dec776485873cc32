// What every retry policy of a scenario's own is made with. Like a shape, one that cannot be made is told with all the other problems of the file.
import type { z } from 'zod'
import { durationMs, type Duration } from '../scenario/duration.ts'
import { between, duration, flag, isDuration, object, problemsOf, rule } from '../scenario/rules.ts'
import type { RetryPolicy } from './retry-policy.ts'

/** What any policy may say beside its delays. Left out, the timeouts are Shopify's of today, nothing is jittered and nobody is unsubscribed. */
export interface RetryOptions {
  /** Default: 1s. */
  connectTimeout?: Duration
  /** Connect and answer together. Default: 5s. */
  totalTimeout?: Duration
  /** Share of each delay that is drawn at random, by seed: 0.1 spreads it over ±10 %. Default: 0. */
  jitter?: number
  /** Whether a shop's subscription is removed once one of its events used up its retries. Default: false. */
  removesSubscription?: boolean
}

/** The history counts an event's attempts in 8 bits: the first and these. */
export const mostRetries = 254
const longestDelayMs = 30 * 86_400_000

/** A rule of an input: a delay, unscaled. */
export const delay = rule('a duration such as 250ms, 35s, 1.5m or 2h, at most 30d', value => isDuration(value) && durationMs(value as string)! <= longestDelayMs)

const optionRules: Record<keyof RetryOptions, z.ZodType> = { connectTimeout: duration.optional(), totalTimeout: duration.optional(), jitter: between(0, 1).optional(), removesSubscription: flag.optional() }

/** Makes a policy of what a scenario gives, or one that tells what is wrong with that. `delaysOf` sees arguments that are sound, and returns ms. */
export function policyOf<Input extends RetryOptions>(name: string, input: Input, fields: Record<Exclude<keyof Input, keyof RetryOptions>, z.ZodType>, delaysOf: (input: Input) => number[]): RetryPolicy {
  const malformed = problemsOf('', object({ ...fields, ...optionRules }), input)
  if (malformed.length > 0) return unsoundPolicy(name, malformed)
  const { connectTimeout = '1s', totalTimeout = '5s', jitter = 0, removesSubscription = false } = input
  const connectTimeoutMs = durationMs(connectTimeout)!
  const totalTimeoutMs = durationMs(totalTimeout)!
  if (connectTimeoutMs > totalTimeoutMs) return unsoundPolicy(name, [`connectTimeout: found "${connectTimeout}", must be at most totalTimeout (${totalTimeout})`])
  return { name, connectTimeoutMs, totalTimeoutMs, delaysMs: delaysOf(input), jitter, removesSubscription }
}

/** Stands for a policy with problems; what else it says is of no meaning. */
function unsoundPolicy(name: string, problems: readonly string[]): RetryPolicy {
  return { name, problems, connectTimeoutMs: 1, totalTimeoutMs: 1, delaysMs: [], jitter: 0, removesSubscription: false }
}
