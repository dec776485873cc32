// What a perfect instrument reads of a server that stands still for a while: the yardstick of the frozen-server probe.

export interface FrozenServer {
  /** When it stood still: [from, to], on the clock of the planned instants, ms. */
  stillMs: readonly [number, number]
  /** How fast it answers what has gathered; Infinity where that takes no time. */
  answersPerMs: number
}

/**
 * Latency of every event from its planned instant, sorted, ms. What is planned while the server stands, or before it has caught up, is answered in
 * turn after the thaw; anything else at once. At a constant rate over T with a freeze of F and no time to catch up, the share q (above 1 - F/T) of them stays under F - (1 - q) T.
 */
export function frozenServerLatencies(plannedMs: Float64Array, { stillMs: [from, to], answersPerMs }: FrozenServer): Float64Array {
  let answeredMs = Number.NEGATIVE_INFINITY
  return plannedMs.map(planned => {
    const waits = (planned >= from && planned < to) || planned < answeredMs
    if (!waits) return 0
    answeredMs = Math.max(answeredMs, to) + 1 / answersPerMs
    return answeredMs - planned
  }).sort()
}
