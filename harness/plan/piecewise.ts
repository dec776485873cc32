// What the arrival shapes are made of: straight lines between points, whose integral is a sum of trapezoids.
import type { Shape } from './shape.ts'

/** A corner of the rate curve, events a second. Two points at one instant make a step. */
export interface RatePoint {
  atMs: number
  rate: number
}

/**
 * A shape through `points`, which start at 0, end at the shape's length and never go back. At a step `rateAt` is the rate after it.
 * On the line from (t0, r0) to (t1, r1) the integral is r0 (t - t0) + (r1 - r0) (t - t0)² / 2 (t1 - t0), exactly.
 */
export function piecewise(kind: string, points: readonly RatePoint[], parameters: Shape['parameters']): Shape {
  const lastPoint = points.length - 1
  const durationMs = points[lastPoint].atMs
  const before = eventsBefore(points)

  /** The line that holds `ms`: the last one that starts at or before it. */
  function lineAt(ms: number): number {
    let low = 0
    let high = lastPoint - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (points[middle].atMs <= ms) low = middle
      else high = middle - 1
    }
    return low
  }

  function rateOn(line: number, ms: number): number {
    const from = points[line]
    const to = points[line + 1]
    return to.atMs === from.atMs ? to.rate : from.rate + ((to.rate - from.rate) * (ms - from.atMs)) / (to.atMs - from.atMs)
  }

  return {
    kind,
    durationMs,
    parameters,
    rateAt: ms => (ms < 0 || ms > durationMs ? 0 : rateOn(lineAt(ms), ms)),
    cumulativeAt(ms) {
      if (ms <= 0) return 0
      if (ms >= durationMs) return before[lastPoint]
      const line = lineAt(ms)
      return before[line] + ((ms - points[line].atMs) * (points[line].rate + rateOn(line, ms))) / 2_000
    },
  }
}

/** Events planned before each point. */
function eventsBefore(points: readonly RatePoint[]): number[] {
  const before = [0]
  for (let index = 1; index < points.length; index++) {
    const from = points[index - 1]
    const to = points[index]
    before.push(before[index - 1] + ((to.atMs - from.atMs) * (from.rate + to.rate)) / 2_000)
  }
  return before
}
