// Arrival shapes one after the other, as one.
import { shapeError } from './shape-input.ts'
import type { Shape } from './shape.ts'

/** Shapes one after the other, so that its peak is the highest of theirs. */
export function sequence(shapes: readonly Shape[]): Shape {
  if (shapes.length === 0) throw shapeError('sequence', ['sequence: found no shape, must have at least one'])
  const starts: { ms: number; events: number }[] = []
  let durationMs = 0
  let events = 0
  for (const shape of shapes) {
    starts.push({ ms: durationMs, events })
    durationMs += shape.durationMs
    events += shape.cumulativeAt(shape.durationMs)
  }
  const partAt = (ms: number): number => Math.max(0, starts.findLastIndex(start => start.ms <= ms))
  return {
    kind: 'sequence',
    durationMs,
    parameters: Object.fromEntries(shapes.flatMap((shape, index) => [[`${index}`, shape.kind], ...Object.entries(shape.parameters).map(([name, value]) => [`${index}.${name}`, value])])),
    rateAt(ms) {
      const part = partAt(ms)
      return shapes[part].rateAt(ms - starts[part].ms)
    },
    cumulativeAt(ms) {
      const part = partAt(ms)
      return starts[part].events + shapes[part].cumulativeAt(ms - starts[part].ms)
    },
  }
}
