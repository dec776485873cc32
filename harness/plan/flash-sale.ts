// An arrival shape: one merchant, a few minutes, no warning.
import type { Duration } from '../scenario/duration.ts'
import { shapeFrom } from './shape-input.ts'
import type { Shape } from './shape.ts'

// Sold out in seconds to minutes, some 40 minutes long with its queue, four to five times the baseline (DOMAIN.md 2.2, graded P).
// With `over` as an hour, which it stands for, the shares below are: opens after 12 minutes, sold out after 6, the queue gone after 40. Inferred values.
const hourMs = 3_600_000
const opensAt = 0.2
const soldOutAt = 0.3
const emptiedAt = 0.32
const tailShare = 0.25
const overAt = 0.87

/**
 * A flash sale on a steady baseline: without notice the rate steps from base to peak, stays there until the stock is
 * gone (a tenth of `over`), drops to a quarter of the rise within 2 %, and fades out as the queue empties. `over` stands for an hour.
 */
export function flashSale(input: { base: number; peak: number; over: Duration }): Shape {
  return shapeFrom('flashSale', ['base', 'peak'], input, ({ base, peak, overMs }) => [
    { atMs: 0, rate: base },
    { atMs: opensAt * overMs, rate: base },
    { atMs: opensAt * overMs, rate: peak },
    { atMs: soldOutAt * overMs, rate: peak },
    { atMs: emptiedAt * overMs, rate: base + tailShare * (peak - base) },
    { atMs: overAt * overMs, rate: base },
    { atMs: overMs, rate: base },
  ], hourMs)
}
