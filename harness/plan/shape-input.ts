// What every arrival shape is made with. A shape that cannot be made of what a scenario gives is told with all the other problems
// of the file, so it is returned rather than thrown.
import { durationMs, type Duration } from '../scenario/duration.ts'
import { duration, isDuration, object, problemsOf, rule } from '../scenario/rules.ts'
import { piecewise, type RatePoint } from './piecewise.ts'
import type { Shape } from './shape.ts'

const ratePerSecond = rule('a number of events a second, 0 or more', value => Number.isFinite(value) && (value as number) >= 0)

/** What a load may have as its shape. */
export const shapeRule = rule('a shape, such as constant({ rate, over: duration })', isShape)

/** Makes a shape of straight lines out of its rates, events a second, and its length. `pointsOf` sees arguments that are sound, and `over` in ms. */
export function shapeFrom<Rate extends string>(kind: string, rates: readonly Rate[], input: Record<Rate, number> & { over: Duration }, pointsOf: (input: Record<Rate, number> & { overMs: number }) => RatePoint[]): Shape {
  const schema = object({ ...Object.fromEntries(rates.map(rate => [rate, ratePerSecond])), over: duration })
  const problems = problemsOf('', schema, input)
  const overMs = isDuration(input?.over) ? durationMs(input.over)! : Number.NaN
  if (problems.length > 0) return unsoundShape(kind, overMs, problems)
  // In the order of the declaration: the plan's hash must not depend on how a scenario writes it.
  const parameters = Object.fromEntries([...rates, 'over' as const].map(name => [name, input[name]]))
  return piecewise(kind, pointsOf({ ...input, overMs }), parameters)
}

/** Stands for a shape with problems: without events, and as long as it would be, or NaN where not even that is known. */
export function unsoundShape(kind: string, durationMs: number, problems: readonly string[]): Shape {
  return { kind, durationMs, parameters: {}, problems, rateAt: () => 0, cumulativeAt: () => 0 }
}

function isShape(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'cumulativeAt' in value && typeof value.cumulativeAt === 'function' && 'durationMs' in value && typeof value.durationMs === 'number'
}
