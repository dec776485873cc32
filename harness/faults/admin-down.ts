// Fault `adminDown`: the platform's Admin API is away, and answers every call 503.
import { object, problemsOf } from '../scenario/rules.ts'
import { adminFault } from './admin-fault.ts'

export const adminDown = adminFault<{}>({
  summary: 'take the Admin API down: every call is answered 503',
  problems: parameters => problemsOf('', object({}), parameters),
  answer: () => ({ status: 503, headers: {}, body: '{"errors":"Service Unavailable"}' }),
})
