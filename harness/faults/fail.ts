// Fault `fail`: a destination answers with a 5xx and takes nothing.
import { object, problemsOf, share, whole } from '../scenario/rules.ts'
import { destinationFault } from './destination-fault.ts'

export type FailParameters = {
  /** Default: 503. */
  status?: number
  /** Share of the requests that fail, above 0 to 1. Default: all of them. */
  share?: number
}

const schema = object({ status: whole(500, 599).optional(), share: share.optional() })

export const fail = destinationFault<FailParameters>({
  summary: 'fail a destination: it answers with a 5xx and takes nothing',
  problems: parameters => problemsOf('', schema, parameters),
  misbehaviour: ({ status = 503, share: failing }) => ({ share: failing, takes: 'none', answer: { status, headers: {}, body: '{"error":"planned outage"}' } }),
  shows: (answer, { status = 503 }) => answer.kind === 'answered' && answer.status === status,
})
