// Fault `slowDown`: a destination takes everything and answers late, by a distribution of its own.
import { mustDurationMs, type Duration } from '../scenario/duration.ts'
import { duration, isDuration, object, problemsOf } from '../scenario/rules.ts'
import type { Destination } from '../scenario/system.ts'
import { destinationFault } from './destination-fault.ts'

/** Log-normal around the median, as a destination's own latency is; without `p99` constant. */
export type SlowDownParameters = {
  p50: Duration
  p99?: Duration
}

const mostMs = 60_000
const schema = object({ p50: duration, p99: duration.optional() })

export const slowDown = destinationFault<SlowDownParameters>({
  summary: 'slow a destination down: its answers take as long as this distribution says',
  problems: slowDownProblems,
  problemsWith({ system, target }, { p50 }) {
    const destination = system.destinations[target]
    // A probe must be able to tell the two apart.
    const leastMs = Math.ceil(1.2 * usualWithinMs(destination))
    return mustDurationMs(p50) >= leastMs ? [] : [`p50: ${p50} is too near to the ${destination.latency.p50} that ${target} takes anyway; must be at least ${leastMs}ms`]
  },
  misbehaviour: ({ p50, p99 }) => ({ latency: { p50, p99 } }),
  shows: answer => answer.kind === 'silent',
  probeLimitMs: usualWithinMs,
})

/** A probe's answer takes the median; what takes longer than this is not the profile's, ms. */
function usualWithinMs({ latency }: Destination): number {
  return Math.ceil(1.5 * mustDurationMs(latency.p50) + 100)
}

function slowDownProblems(parameters: Record<string, number | string>): string[] {
  const problems = problemsOf('', schema, parameters)
  const { p50, p99 } = parameters as SlowDownParameters
  if (problems.length > 0 || !isDuration(p50)) return problems
  if (mustDurationMs(p50) > mostMs) problems.push(`p50: ${p50} is more than ${mostMs} ms`)
  if (p99 !== undefined && mustDurationMs(p99) < mustDurationMs(p50)) problems.push(`p99: ${p99} is below the p50 of ${p50}`)
  return problems
}
