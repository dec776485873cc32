// An arrival shape run faster and with fewer events: how a day, or a platform's whole load, fits into a test.
import { object, positive, problemsOf, under } from '../scenario/rules.ts'
import { shapeRule, unsoundShape } from './shape-input.ts'
import { nestParameters } from './shape-list.ts'
import type { Scale, Shape } from './shape.ts'

const factors = object({ time: positive.optional(), rate: positive.optional() })

/**
 * A shape at other factors, each 1 where left out: `time` 1440 runs a day in a minute, `rate` 0.1 sends a tenth of the webhooks a second that the
 * shape has at the instant an event stands for. So its events are `rate / time` of the shape's. Factors multiply where one is put into another.
 */
export function scaled(shape: Shape, by: { time?: number; rate?: number }): Shape {
  const malformed = [...problemsOf('shape', shapeRule, shape), ...problemsOf('', factors, by)]
  if (malformed.length > 0) return unsoundShape('scaled', Number.NaN, malformed)
  const { time = 1, rate = 1 } = by
  const durationMs = shape.durationMs / time
  if (shape.problems !== undefined && shape.problems.length > 0) return unsoundShape('scaled', durationMs, under('shape', shape.problems))
  return {
    kind: 'scaled',
    durationMs,
    parameters: { time, rate, ...nestParameters('shape', shape) },
    scales: scalesOf(shape, time, rate),
    rateAt: ms => rate * shape.rateAt(ms * time),
    cumulativeAt: ms => (rate / time) * shape.cumulativeAt(ms >= durationMs ? shape.durationMs : ms * time),
  }
}

/** The shape's own, unless what was scaled in it says more, and what was already scaled in it, by both factors. */
function scalesOf(shape: Shape, time: number, rate: number): Scale[] {
  const inner = (shape.scales ?? []).map(scale => ({ ...scale, time: scale.time * time, rate: scale.rate * rate }))
  const isTold = shape.kind === 'scaled' || inner.some(scale => scale.shape === shape.kind)
  return isTold ? inner : [{ shape: shape.kind, lengthMs: shape.durationMs, time, rate }, ...inner]
}
