// The load of the planted bugs' scenarios: some hundred webhooks a second for some seconds, as little as catches surely.
import { constant, shopify2024, type Duration, type LoadInput, type RetryPolicy, type Topic } from 'floodmark'

/** The flood has this many times the scenario's `rate`, which the warm-up goes by: so 60 webhooks are warm-up enough, and bugs show in the flood. */
const floodTimes = 20

interface Difference {
  shops?: number
  topics?: readonly Topic[]
  retries?: RetryPolicy
}

/** A constant rate; four hours of retries pass in 15 s, an hour of reconciliation in less than four. */
export function steady({ rate, duration }: { rate: number; duration: Duration }, { shops = 20, topics = ['orders/create'], retries = shopify2024 }: Difference = {}): LoadInput {
  return { shape: constant({ rate: floodTimes * rate, over: duration }), shops, topics, retries, timeScale: 960 }
}

/** A machine that is busy with other things sends late now and then. None of these scenarios claims anything that a tenth of a second decides. */
export const patient = { lagP99Ms: 500 }

/** A platform that sends once and never again, so that the first answer is the last. */
export const oneTry = { ...shopify2024, name: 'one-try', delaysMs: [], removesSubscription: false }
