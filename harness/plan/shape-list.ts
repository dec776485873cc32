// What shapes made of other shapes share: their parts are checked, and told of, in one way.
import { z } from 'zod'
import { problemsOf, under } from '../scenario/rules.ts'
import { shapeRule, unsoundShape } from './shape-input.ts'
import type { Shape } from './shape.ts'

const listOfShapes = 'a list of at least one shape'
const schema = z.array(shapeRule, listOfShapes).min(1, listOfShapes)

/** What `make` makes of sound parts, told of with all that they are; or a shape that tells what is wrong with which part. `lengthOf` is in ms. */
export function shapeOfParts(kind: string, parts: readonly Shape[], lengthOf: (lengthsMs: number[]) => number, make: (durationMs: number) => Pick<Shape, 'rateAt' | 'cumulativeAt'>): Shape {
  const malformed = problemsOf('', schema, parts)
  if (malformed.length > 0) return unsoundShape(kind, Number.NaN, malformed)
  const durationMs = lengthOf(parts.map(part => part.durationMs))
  const problems = parts.flatMap((part, index) => under(`[${index}]`, part.problems ?? []))
  if (problems.length > 0) return unsoundShape(kind, durationMs, problems)
  return {
    kind,
    durationMs,
    parameters: Object.assign({}, ...parts.map((part, index) => nestParameters(`${index}`, part))) as Shape['parameters'],
    scales: parts.flatMap(part => part.scales ?? []),
    ...make(durationMs),
  }
}

/** A part's kind and parameters below its name in the whole. */
export function nestParameters(name: string, part: Shape): Shape['parameters'] {
  return Object.fromEntries([[name, part.kind], ...Object.entries(part.parameters).map(([inner, value]) => [`${name}.${inner}`, value])])
}
