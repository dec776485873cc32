// Fault `unsubscribe`: the platform drops the subscriptions of some shops by mistake (December 2020) and has them back at the end of the window.
import { object, problemsOf, share } from '../scenario/rules.ts'
import { platformFault } from './platform-fault.ts'

export type UnsubscribeParameters = {
  /** Share of the shops, above 0 to 1. Default: all of them. */
  share?: number
}

const schema = object({ share: share.optional() })

/** What falls due for these shops in the window, a retry included, is never sent: missed, unless reconciliation brings it back. */
export const unsubscribe = platformFault<UnsubscribeParameters, 'unsubscribe'>({
  fault: 'unsubscribe',
  summary: 'unsubscribe shops by mistake: what falls due for them in the window is never sent',
  problems: parameters => problemsOf('', schema, parameters),
  order: ({ share: removed = 1 }) => ({ share: removed }),
  met: 'webhooks never sent',
})
