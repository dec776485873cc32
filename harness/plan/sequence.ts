// Arrival shapes one after the other, as one.
import { z } from 'zod'
import { problemsOf, under } from '../scenario/rules.ts'
import { shapeRule, unsoundShape } from './shape-input.ts'
import type { Shape } from './shape.ts'

const listOfShapes = 'a list of at least one shape'
const schema = z.array(shapeRule, listOfShapes).min(1, listOfShapes)

/** Shapes one after the other, so that its peak is the highest of theirs. */
export function sequence(shapes: readonly Shape[]): Shape {
  const malformed = problemsOf('', schema, shapes)
  if (malformed.length > 0) return unsoundShape('sequence', Number.NaN, malformed)
  const starts: { ms: number; events: number }[] = []
  let durationMs = 0
  let events = 0
  for (const shape of shapes) {
    starts.push({ ms: durationMs, events })
    durationMs += shape.durationMs
    events += shape.cumulativeAt(shape.durationMs)
  }
  const problems = shapes.flatMap((shape, index) => under(`[${index}]`, shape.problems ?? []))
  if (problems.length > 0) return unsoundShape('sequence', durationMs, problems)
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
