// What every arrival shape is made with. A shape that cannot be made of what a scenario gives is told with all the other problems
// of the file, so it is returned rather than thrown.
import type { z } from 'zod'
import { durationMs, type Duration } from '../scenario/duration.ts'
import { duration, isDuration, object, problemsOf, rule } from '../scenario/rules.ts'
import { piecewise, type RatePoint } from './piecewise.ts'
import type { Shape } from './shape.ts'

/** A rule of an input: a rate. */
export const ratePerSecond = rule('a number of events a second, 0 or more', isRate)

/** What a load may have as its shape. */
export const shapeRule = rule('a shape, such as constant({ rate, over: duration })', isShape)

/** How a shape comes out of its input. */
export interface Recipe<Input> {
  /** In the order of the declaration: the plan's hash must not depend on how a scenario writes it. */
  fields: Record<keyof Input, z.ZodType>
  /** What is wrong between fields that are each sound by themselves. */
  problems?: (input: Input) => string[]
  /** Sees what has no problems. */
  make: (input: Input, parameters: Shape['parameters']) => Shape
}

/** Makes a shape of what a scenario gives, or one that tells what is wrong with that. */
export function shapeOf<Input extends object>(kind: string, input: Input, { fields, problems: problemsBetween, make }: Recipe<Input>): Shape {
  const malformed = problemsOf('', object(fields), input)
  const problems = malformed.length > 0 ? malformed : problemsBetween?.(input) ?? []
  if (problems.length > 0) return unsoundShape(kind, lengthOf(input), problems)
  const parameters = (Object.keys(fields) as (keyof Input & string)[]).map(name => [name, inText(input[name])] as const)
  return make(input, Object.fromEntries(parameters))
}

/**
 * Makes a shape of straight lines out of its rates, events a second, and its length. `pointsOf` sees arguments that are sound, and `over` in ms.
 * Where `over` stands for a stretch of real time, `standsForMs` is its length.
 */
export function shapeFrom<Rate extends string>(kind: string, rates: readonly Rate[], input: Record<Rate, number> & { over: Duration }, pointsOf: (input: Record<Rate, number> & { overMs: number }) => RatePoint[], standsForMs?: number): Shape {
  const fields = { ...Object.fromEntries(rates.map(rate => [rate, ratePerSecond])), over: duration } as Record<keyof typeof input, z.ZodType>
  return shapeOf(kind, input, {
    fields,
    make(sound, parameters) {
      const overMs = durationMs(sound.over)!
      const shape = piecewise(kind, pointsOf({ ...sound, overMs }), parameters)
      return standsForMs === undefined ? shape : { ...shape, scales: [{ shape: kind, lengthMs: standsForMs, time: standsForMs / overMs, rate: 1 }] }
    },
  })
}

/** Stands for a shape with problems: without events, and as long as it would be, or NaN where not even that is known. */
export function unsoundShape(kind: string, durationMs: number, problems: readonly string[]): Shape {
  return { kind, durationMs, parameters: {}, problems, rateAt: () => 0, cumulativeAt: () => 0 }
}

function lengthOf(input: unknown): number {
  const over = (input as { over?: unknown } | undefined)?.over
  return isDuration(over) ? durationMs(over as Duration)! : Number.NaN
}

function inText(value: unknown): number | string {
  return typeof value === 'number' || typeof value === 'string' ? value : String(value)
}

/** Whether a value can be a rate, events a second. */
export function isRate(value: unknown): value is number {
  return Number.isFinite(value) && (value as number) >= 0
}

function isShape(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'cumulativeAt' in value && typeof value.cumulativeAt === 'function' && 'durationMs' in value && typeof value.durationMs === 'number'
}
