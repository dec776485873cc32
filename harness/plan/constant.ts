// An arrival shape: steady state, and what capacity is measured with.
import type { Duration } from '../scenario/duration.ts'
import { piecewise } from './piecewise.ts'
import { readShapeInput } from './shape-input.ts'
import type { Shape } from './shape.ts'

/** The same rate from start to end. */
export function constant({ rate, over }: { rate: number; over: Duration }): Shape {
  const overMs = readShapeInput('constant', { rate }, over)
  return piecewise('constant', [{ atMs: 0, rate }, { atMs: overMs, rate }], { rate, over })
}
