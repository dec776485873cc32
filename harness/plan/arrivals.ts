// Turns an arrival shape into instants, one an event, by inverting its integral.
import { ticksPerMs } from '../history/history.ts'
import type { Shape } from './shape.ts'
import { placesOf, type Spacing } from './spacing.ts'

/** How near to its place on the curve an event must be, in events: at 1 event a second that is a microsecond. */
const tolerance = 1e-6
/** Newton's method needs two or three; halving a cell down to a float's precision needs 60. */
const maxSteps = 60
const cells = 4_096

/**
 * Writes the ticks of as many events as `due` holds: each falls where the integral of the rate reaches its place, which is k + ½ for event k where they are spaced
 * evenly. Each instant comes from its own place, so no error adds up over a long plan. Never falling.
 */
export function writeArrivals(shape: Shape, due: Uint32Array, { spacing, seed }: { spacing: Spacing; seed: number }): void {
  const nextPlace = placesOf(spacing, { total: shape.cumulativeAt(shape.durationMs), count: due.length, seed })
  let event = 0
  let place = nextPlace()
  let low = { ms: 0, events: 0 }
  for (let cell = 1; cell <= cells && event < due.length; cell++) {
    const ms = (shape.durationMs * cell) / cells
    const high = { ms, events: shape.cumulativeAt(ms) }
    for (; event < due.length && place <= high.events; place = nextPlace()) due[event++] = Math.round(instantOf(place, low, high, shape) * ticksPerMs)
    low = high
  }
  // Half an event may be left over where the total was rounded up.
  due.fill(Math.floor(shape.durationMs * ticksPerMs), event)
}

/** Solves integral(ms) = target between two points of the curve: Newton's method, and halving where it would leave them. */
function instantOf(target: number, low: { ms: number; events: number }, high: { ms: number; events: number }, shape: Shape): number {
  let fromMs = low.ms
  let toMs = high.ms
  let ms = fromMs + ((toMs - fromMs) * (target - low.events)) / (high.events - low.events)
  for (let step = 0; step < maxSteps; step++) {
    const missing = target - shape.cumulativeAt(ms)
    if (Math.abs(missing) < tolerance) break
    if (missing > 0) fromMs = ms
    else toMs = ms
    const next = ms + (missing / shape.rateAt(ms)) * 1_000
    ms = next > fromMs && next < toMs ? next : (fromMs + toMs) / 2
  }
  return ms
}
