// Fault `rateLimit`: a destination answers 429 with Retry-After and takes nothing beyond so many requests a second.
import { durationMs, mustDurationMs, type Duration } from '../scenario/duration.ts'
import { object, problemsOf, rule, whole } from '../scenario/rules.ts'
import { destinationFault } from './destination-fault.ts'

export type RateLimitParameters = {
  /** Requests a second that it takes as ever. Default: none. */
  perSecond?: number
  /** When to come back, in whole seconds. Default: 1s. */
  retryAfter?: Duration
}

const wholeSeconds = rule('whole seconds from 1s on, such as 2s', value => typeof value === 'string' && (durationMs(value) ?? 0) > 0 && durationMs(value)! % 1_000 === 0)
const schema = object({ perSecond: whole(0, 100_000).optional(), retryAfter: wholeSeconds.optional() })

export const rateLimit = destinationFault<RateLimitParameters>({
  summary: 'limit a destination: beyond so many requests a second it answers 429 with Retry-After',
  problems: parameters => problemsOf('', schema, parameters),
  problemsWith({ system }, { retryAfter = '1s' }) {
    // Whoever honours it sends nothing for so long, and that must not be taken for the end of the run.
    return mustDurationMs(retryAfter) <= mustDurationMs(system.settle) / 2 ? [] : [`retryAfter: ${retryAfter} is more than half of what ${system.name} takes to settle, ${system.settle}: a run would be taken to be over while the system waits`]
  },
  misbehaviour: ({ perSecond, retryAfter = '1s' }) => ({
    sparedPerSecond: perSecond,
    takes: 'none',
    answer: { status: 429, headers: { 'retry-after': String(mustDurationMs(retryAfter) / 1_000) }, body: '{"error":"too many requests"}' },
  }),
  shows: answer => answer.kind === 'answered' && answer.status === 429,
})
