// Arrival shapes at the same time, as one.
import { shapeOfParts } from './shape-list.ts'
import type { Shape } from './shape.ts'

/** The sum of shapes that all begin together, as long as the longest of them; a shorter one adds nothing after its end. */
export function superimpose(shapes: readonly Shape[]): Shape {
  return shapeOfParts('superimpose', shapes, lengths => Math.max(...lengths), () => ({
    rateAt: ms => shapes.reduce((sum, shape) => (ms < shape.durationMs ? sum + shape.rateAt(ms) : sum), 0),
    cumulativeAt: ms => shapes.reduce((sum, shape) => sum + shape.cumulativeAt(Math.min(ms, shape.durationMs)), 0),
  }))
}
