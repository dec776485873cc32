// An arrival shape: an ordinary day, from night to night.
import { durationMs, type Duration } from '../scenario/duration.ts'
import { duration } from '../scenario/rules.ts'
import { ratePerSecond, shapeOf } from './shape-input.ts'
import type { Shape } from './shape.ts'

const dayMs = 86_400_000

/**
 * The daily cycle as a sine: `over` stands for the 24 hours from the dead of night, at `base`, over the best hour in the middle, at `peak`,
 * and back. A sequence of several is several days.
 */
export function sineDay(input: { base: number; peak: number; over: Duration }): Shape {
  return shapeOf('sineDay', input, {
    fields: { base: ratePerSecond, peak: ratePerSecond, over: duration },
    make({ base, peak, over }, parameters) {
      const overMs = durationMs(over)!
      const mean = (base + peak) / 2
      const swing = (peak - base) / 2
      const turn = (2 * Math.PI) / overMs
      return {
        kind: 'sineDay',
        durationMs: overMs,
        parameters,
        scales: [{ shape: 'sineDay', lengthMs: dayMs, time: dayMs / overMs, rate: 1 }],
        rateAt: ms => (ms < 0 || ms > overMs ? 0 : mean - swing * Math.cos(turn * ms)),
        // The integral of mean - swing cos(turn t) from 0, t in ms and rates a second.
        cumulativeAt: ms => (ms <= 0 ? 0 : ms >= overMs ? (mean * overMs) / 1_000 : (mean * ms - (swing / turn) * Math.sin(turn * ms)) / 1_000),
      }
    },
  })
}
