// An arrival shape: steady state, and what capacity is measured with.
import type { Duration } from '../scenario/duration.ts'
import { shapeFrom } from './shape-input.ts'
import type { Shape } from './shape.ts'

/** The same rate from start to end. */
export function constant(input: { rate: number; over: Duration }): Shape {
  return shapeFrom('constant', ['rate'], input, ({ rate, overMs }) => [{ atMs: 0, rate }, { atMs: overMs, rate }])
}
