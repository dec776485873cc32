// An arrival shape: what finds the rate at which a pipeline falls behind.
import type { Duration } from '../scenario/duration.ts'
import { shapeFrom } from './shape-input.ts'
import type { Shape } from './shape.ts'

/** A straight line from one rate to another, up or down. */
export function ramp(input: { from: number; to: number; over: Duration }): Shape {
  return shapeFrom('ramp', ['from', 'to'], input, ({ from, to, overMs }) => [{ atMs: 0, rate: from }, { atMs: overMs, rate: to }])
}
