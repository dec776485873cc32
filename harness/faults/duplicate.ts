// Fault `duplicate`: the platform sends webhooks again that have been acked, each under an id of its own. The plan's `duplicates` do so for a whole flood.
import { object, problemsOf, share } from '../scenario/rules.ts'
import { platformFault } from './platform-fault.ts'

export type DuplicateParameters = {
  /** Share of the webhooks acked in the window, above 0 to 1. Default: all of them. */
  share?: number
}

const schema = object({ share: share.optional() })

export const duplicate = platformFault<DuplicateParameters, 'duplicate'>({
  fault: 'duplicate',
  summary: 'duplicate webhooks: those that were acked are sent once more, under a webhook id of their own',
  problems: parameters => problemsOf('', schema, parameters),
  order: ({ share: repeated = 1 }) => ({ share: repeated }),
  met: 'webhooks to be sent once more',
})
