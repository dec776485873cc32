// Faults under which the intake hangs: each attempt then holds its socket, and a platform has only so many.
import { ticksPerMs } from '../history/history.ts'
import type { Window } from './outage.ts'
import { eventAt, type Plan } from './plan.ts'

/** A stretch of the flood in which no attempt at the intake is answered for a while. */
export interface Hang extends Window {
  /** Name of the fault for people: `pause ingest`. */
  label: string
  /** Until something comes back, ms; Infinity where nothing does before the heal. */
  holdsMs: number
}

/** What comes of a hang with so many sockets. */
export interface Hung {
  /** Most first attempts within the time that each holds its socket: the sockets that they need. */
  sockets: number
  /** First attempts that find no socket until later than the limit. */
  late: number
}

/**
 * Counts what a hang does to first attempts alone, which is the least that it does. Where all sockets are in use an attempt waits for the one that began as many attempts ago as
 * there are sockets; that one ends when it is answered, at its deadline, or at the heal.
 */
export function countHung(plan: Plan, { fromMs, toMs, holdsMs }: Hang, { maxSockets, totalTimeoutMs, limitMs }: { maxSockets: number; totalTimeoutMs: number; limitMs: number }): Hung {
  const heldMs = Math.min(holdsMs, totalTimeoutMs, toMs - fromMs)
  const dueMsAt = (place: number): number => plan.dueTicks[eventAt(plan, place)] / ticksPerMs
  const begunMs = new Float64Array(maxSockets)
  const first = placeAt(plan, fromMs)
  let [oldest, sockets, late] = [first, 0, 0]
  for (let place = first; place < plan.eventCount; place++) {
    const dueMs = dueMsAt(place)
    if (dueMs >= toMs) break
    while (dueMs - dueMsAt(oldest) >= heldMs) oldest++
    sockets = Math.max(sockets, place - oldest + 1)
    const socket = (place - first) % maxSockets
    const freeMs = place - first < maxSockets ? 0 : Math.min(begunMs[socket] + heldMs, toMs)
    begunMs[socket] = Math.max(dueMs, freeMs)
    if (freeMs - dueMs > limitMs) late++
  }
  return { sockets, late }
}

/** Place of the first event of the flood that is due at `ms` or later; by halving, since places are in the order of instants. */
function placeAt(plan: Plan, ms: number): number {
  let [low, high] = [plan.warmUpCount, plan.eventCount]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (plan.dueTicks[eventAt(plan, middle)] < ms * ticksPerMs) low = middle + 1
    else high = middle
  }
  return low
}
