// An arrival shape: a staircase, with time on each step to see whether the pipeline holds it.
import { z } from 'zod'
import { durationMs, type Duration } from '../scenario/duration.ts'
import { duration } from '../scenario/rules.ts'
import { piecewise } from './piecewise.ts'
import { ratePerSecond, shapeOf } from './shape-input.ts'
import type { Shape } from './shape.ts'

const mostSteps = 10_000
const listOfRates = `a list of 1 to ${mostSteps} rates`

/** One rate after the other, each for an equal part of `over`. */
export function steps(input: { rates: readonly number[]; over: Duration }): Shape {
  return shapeOf('steps', input, {
    fields: { rates: z.array(ratePerSecond, listOfRates).min(1, listOfRates).max(mostSteps, listOfRates), over: duration },
    make({ rates, over }, parameters) {
      const overMs = durationMs(over)!
      const points = rates.flatMap((rate, step) => [step, step + 1].map(edge => ({ atMs: (edge / rates.length) * overMs, rate })))
      return piecewise('steps', points, parameters)
    },
  })
}
