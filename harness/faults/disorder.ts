// Fault `disorder`: each webhook due in the window waits for a time of its own, so that later ones overtake it.
import { mustDurationMs, type Duration } from '../scenario/duration.ts'
import { duration, object, problemsOf } from '../scenario/rules.ts'
import { platformFault } from './platform-fault.ts'

export type DisorderParameters = {
  /** The longest that one waits; drawn evenly up to it. */
  within: Duration
}

const schema = object({ within: duration })

export const disorder = platformFault<DisorderParameters, 'disorder'>({
  fault: 'disorder',
  summary: 'disorder webhooks: each waits for a time of its own, so that later ones overtake it',
  problems: parameters => problemsOf('', schema, parameters),
  order: ({ within }) => ({ withinMs: mustDurationMs(within) }),
  met: 'webhooks held back',
})
