// An arrival shape: what finds the rate at which a pipeline falls behind.
import type { Duration } from '../scenario/duration.ts'
import { piecewise } from './piecewise.ts'
import { readShapeInput } from './shape-input.ts'
import type { Shape } from './shape.ts'

/** A straight line from one rate to another, up or down. */
export function ramp({ from, to, over }: { from: number; to: number; over: Duration }): Shape {
  const overMs = readShapeInput('ramp', { from, to }, over)
  return piecewise('ramp', [{ atMs: 0, rate: from }, { atMs: overMs, rate: to }], { from, to, over })
}
