import { inWords } from '../checks/wording.ts'
import { object, positive, problemsOf } from '../scenario/rules.ts'
import type { Guard } from './guard.ts'

const schema = object({ orders: positive })

/** Aborts when more events than this are acked and have not arrived: the pipeline may never catch up. */
export function backlogAbove(options: { orders: number }): Guard {
  return {
    name: 'backlogAbove',
    problems: problemsOf('', schema, options),
    condition: `backlog above ${options?.orders} events`,
    watch: () => ({ backlog }) => (backlog > options.orders ? `${inWords(backlog)} events acked and not arrived, limit ${inWords(options.orders)}` : undefined),
  }
}
