// Arrival shapes one after the other, as one.
import { shapeOfParts } from './shape-list.ts'
import type { Shape } from './shape.ts'

/** Shapes one after the other, so that its peak is the highest of theirs. */
export function sequence(shapes: readonly Shape[]): Shape {
  return shapeOfParts('sequence', shapes, lengths => lengths.reduce((sum, length) => sum + length, 0), () => {
    const starts: { ms: number; events: number }[] = []
    let ms = 0
    let events = 0
    for (const shape of shapes) {
      starts.push({ ms, events })
      ms += shape.durationMs
      events += shape.cumulativeAt(shape.durationMs)
    }
    const partAt = (at: number): number => Math.max(0, starts.findLastIndex(start => start.ms <= at))
    return {
      rateAt(at) {
        const part = partAt(at)
        return shapes[part].rateAt(at - starts[part].ms)
      },
      cumulativeAt(at) {
        const part = partAt(at)
        return starts[part].events + shapes[part].cumulativeAt(at - starts[part].ms)
      },
    }
  })
}
