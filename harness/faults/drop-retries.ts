// Fault `dropRetries`: an attempt that fails in the window is never followed by another (December 2020). It takes a fault that makes attempts fail.
import { object, problemsOf, share } from '../scenario/rules.ts'
import { platformFault } from './platform-fault.ts'

export type DropRetriesParameters = {
  /** Share of the attempts that fail, above 0 to 1. Default: all of them. */
  share?: number
}

const schema = object({ share: share.optional() })

export const dropRetries = platformFault<DropRetriesParameters, 'dropRetries'>({
  fault: 'dropRetries',
  summary: 'drop retries: an attempt that fails in the window is never followed by another',
  problems: parameters => problemsOf('', schema, parameters),
  order: ({ share: dropped = 1 }) => ({ share: dropped }),
  met: 'retries dropped',
})
