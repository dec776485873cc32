// An arrival shape: the busiest minute of the year.
import type { Duration } from '../scenario/duration.ts'
import { shapeFrom } from './shape-input.ts'
import type { Shape } from './shape.ts'

// Releases are on the hour, and in five years running the peak minute of BFCM was 12:01 or 12:02 (DOMAIN.md 2.2, graded P).
// How high the step is and how slowly the rush ebbs away is not published: inferred values.
const minutes = 120
const peakAfterMinutes = 1.5
const stepShare = 0.6
const endShare = 0.5

/**
 * Noon on Black Friday: `over` stands for 11:00 to 13:00. The base until the middle, there at :00 a step of 60 % of the way up, the
 * peak a minute and a half (1.25 % of `over`) later, then a slow ebb to half of the way by the end.
 */
export function noonStep(input: { base: number; peak: number; over: Duration }): Shape {
  return shapeFrom('noonStep', ['base', 'peak'], input, ({ base, peak, overMs }) => {
    const noonMs = overMs / 2
    const rise = peak - base
    return [
      { atMs: 0, rate: base },
      { atMs: noonMs, rate: base },
      { atMs: noonMs, rate: base + stepShare * rise },
      { atMs: noonMs + (overMs * peakAfterMinutes) / minutes, rate: peak },
      { atMs: overMs, rate: base + endShare * rise },
    ]
  }, minutes * 60_000)
}
