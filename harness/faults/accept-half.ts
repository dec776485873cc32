// Fault `acceptHalf`: a destination takes every second order that it is sent and says so item by item. Only those are recorded: the others have not happened.
import { object, problemsOf } from '../scenario/rules.ts'
import { destinationFault } from './destination-fault.ts'

/**
 * Bulk endpoints tell a partial success inside a 2xx. Here that is `207 {"success":false,"results":[{"index":0,"id":"...","status":200},{"index":1,"id":"...","status":503}]}`:
 * one result for each item in the order in which `correlate` names them, `id` being its idempotency key. Whoever looks at the status alone loses half.
 */
export const acceptHalf = destinationFault<{}>({
  summary: 'have a destination accept half of each batch: 207 with a result for each item, of which every second one is a 503',
  problems: parameters => problemsOf('', object({}), parameters),
  misbehaviour: () => ({ takes: 'half' }),
  shows: answer => answer.kind === 'answered' && answer.status === 207,
})
