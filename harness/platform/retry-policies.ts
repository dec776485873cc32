import type { RetryPolicy } from './retry-policy.ts'

// The registry of retry policies: those of a scenario's own are files beside this one, a line each here.
export { custom } from './custom.ts'
export { exponential } from './exponential.ts'
export { fixed } from './fixed.ts'

/**
 * The platform's retry policies as data; sources and grades in DOMAIN.md 1.1. The number of retries, the hours they span and the timeouts are
 * documented (grade D; littledata-2019 is one customer's account, grade S). When each retry comes is not published: a constant factor that
 * meets "n retries within T" is inferred (grade I), and so is the jitter.
 */
const hourMs = 3_600_000
const jitter = 0.1

/** Shopify since 2024-09-10: 8 retries over 4 hours, 1 s to connect, 5 s in all. Subscriptions made through the Admin API are deleted after the last. */
export const shopify2024: RetryPolicy = {
  name: 'shopify-2024',
  connectTimeoutMs: 1_000,
  totalTimeoutMs: 5_000,
  delaysMs: exponentialDelays({ retries: 8, withinMs: 4 * hourMs, factor: 2 }),
  jitter,
  removesSubscription: true,
}

/** Shopify's documentation of 2019 and 2020: 19 retries over 48 hours, 5 s in all (no connect timeout of its own), then the subscription is deleted. */
export const shopify2019: RetryPolicy = {
  name: 'shopify-2019',
  connectTimeoutMs: 5_000,
  totalTimeoutMs: 5_000,
  delaysMs: exponentialDelays({ retries: 19, withinMs: 48 * hourMs, factor: 1.5 }),
  jitter,
  removesSubscription: true,
}

/** As Littledata told it after its outage: 30 s to answer, back-off for up to 72 hours, then the webhooks were removed. The number of retries is taken from the documentation of the time. */
export const littledata2019: RetryPolicy = {
  name: 'littledata-2019',
  connectTimeoutMs: 30_000,
  totalTimeoutMs: 30_000,
  delaysMs: exponentialDelays({ retries: 19, withinMs: 72 * hourMs, factor: 1.5 }),
  jitter,
  removesSubscription: true,
}

/** Delays that grow by `factor` and together make `withinMs`: the first is T (f - 1) / (fⁿ - 1), the sum of a geometric series turned round. */
function exponentialDelays({ retries, withinMs, factor }: { retries: number; withinMs: number; factor: number }): number[] {
  const firstMs = (withinMs * (factor - 1)) / (factor ** retries - 1)
  return Array.from({ length: retries }, (_, index) => firstMs * factor ** index)
}
