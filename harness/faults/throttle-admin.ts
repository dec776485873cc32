// Fault `throttleAdmin`: the platform has lowered the Admin API's limits for now, and answers every call 429.
import { durationMs, mustDurationMs, type Duration } from '../scenario/duration.ts'
import { object, problemsOf, rule } from '../scenario/rules.ts'
import { adminFault } from './admin-fault.ts'

export type ThrottleAdminParameters = {
  /** When to come back, up to 30s. Default: 2s. */
  retryAfter?: Duration
}

const mostMs = 30_000
const schema = object({ retryAfter: rule(`a duration up to ${mostMs / 1_000}s`, value => typeof value === 'string' && (durationMs(value) ?? 0) > 0 && durationMs(value)! <= mostMs).optional() })

export const throttleAdmin = adminFault<ThrottleAdminParameters>({
  summary: 'throttle the Admin API: every call is answered 429 with Retry-After',
  problems: parameters => problemsOf('', schema, parameters),
  answer: ({ retryAfter = '2s' }) => ({ status: 429, headers: { 'retry-after': (mustDurationMs(retryAfter) / 1_000).toFixed(1) }, body: '{"errors":"Exceeded the call limit"}' }),
})
