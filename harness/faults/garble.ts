// Fault `garble`: a destination answers 200 and the rest of the answer is wrong. Whether it took the orders nobody can tell from that; both happen.
import { object, oneOf, problemsOf } from '../scenario/rules.ts'
import { destinationFault } from './destination-fault.ts'

/** A page that a proxy put in the place of the answer, JSON that says something else, or half of a body and the end of the connection. */
const answers = {
  page: { status: 200, headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Please sign in</title>' },
  json: { status: 200, headers: {}, body: '{"success":false,"error":"please come back later"}' },
  cut: { status: 200, headers: {}, body: '{"success":tr', cutOff: true },
} as const

export type GarbleParameters = {
  /** Default: page. */
  answer?: keyof typeof answers
  /** Whether the orders were taken all the same. Default: dropped. */
  orders?: 'taken' | 'dropped'
}

const schema = object({ answer: oneOf(Object.keys(answers)).optional(), orders: oneOf(['taken', 'dropped']).optional() })

export const garble = destinationFault<GarbleParameters>({
  summary: 'garble a destination: 200 with the wrong content, the orders taken or dropped',
  problems: parameters => problemsOf('', schema, parameters),
  misbehaviour: ({ answer = 'page', orders = 'dropped' }) => ({ takes: orders === 'taken' ? 'all' : 'none', answer: answers[answer] }),
  shows: ({ kind, body }, { answer = 'page' }) => body === answers[answer].body && kind === (answer === 'cut' ? 'cut off' : 'answered'),
})
