// What every arrival shape checks before it is built, so that a scenario is told all that is wrong with a shape at once.
import { FloodmarkError } from '../errors.ts'
import { durationMs, type Duration } from '../scenario/duration.ts'

/**
 * Checks a shape's arguments: rates are events a second, zero or more; `over` is a duration longer than zero. Returns the
 * length in ms. Throws one usage error whose `evidence` has a line for every problem: path, what was found, what would be right.
 */
export function readShapeInput(kind: string, rates: Record<string, number>, over: Duration): number {
  const problems = Object.entries(rates)
    .filter(([, rate]) => !(Number.isFinite(rate) && rate >= 0))
    .map(([name, rate]) => `${kind}.${name}: found ${show(rate)}, must be a number of events a second, 0 or more`)
  const overMs = typeof over === 'string' ? durationMs(over) : undefined
  if (overMs === undefined || overMs <= 0) problems.push(`${kind}.over: found ${show(over)}, must be a duration longer than zero, such as 75s or 2m`)
  if (problems.length > 0) throw shapeError(kind, problems)
  return overMs!
}

/** A usage error for a shape, one line of evidence a problem. */
export function shapeError(kind: string, problems: string[]): FloodmarkError {
  return new FloodmarkError('usage', problems.length === 1 ? problems[0] : `${kind}: ${problems.length} problems`, { evidence: problems })
}

function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
