import { join } from 'node:path'
import { flag, states, type Accounts } from '../checks/accounts.ts'
import type { Observations } from '../checks/observations.ts'
import { orderOf, topicOf } from '../plan/plan.ts'
import type { Attempt } from './attempts.ts'
import { LISTED, LISTED_BEFORE_ARRIVAL, outcomes, unsentReasons } from './history.ts'
import { ParquetFile, rowsPerGroup, type Column } from './parquet-file.ts'

/**
 * The history as two Parquet tables, so that "which orders were lost and what happened to each" is a query in anyone's notebook. Times are ms
 * since the flood began, null for what never happened. Warm-up events stand in neither. The attempts table holds every attempt, the first included.
 */
export const historyFiles = { events: 'events.parquet', attempts: 'attempts.parquet' } as const

type HistoryInput = Pick<Observations, 'plan' | 'history' | 'attempts' | 'corpus' | 'destinations' | 'floodTick'> & { accounts: Pick<Accounts, 'state' | 'flags'> }

/** Writes both tables into the folder, holding one row group at a time. */
export async function writeHistoryParquet(folder: string, input: HistoryInput): Promise<void> {
  const events = new ParquetFile(join(folder, historyFiles.events), eventColumns(input))
  await events.write(input.plan.warmUpCount, input.plan.eventCount)
  await events.finish()
  await writeAttempts(join(folder, historyFiles.attempts), input)
}

function eventColumns({ plan, history, corpus, destinations, floodTick, accounts }: HistoryInput): Column[] {
  return [
    { name: 'event', kind: 'integer', value: event => event },
    { name: 'order_id', kind: 'text', value: event => corpus.orderId(orderOf(plan, event)) },
    { name: 'shop', kind: 'label', value: event => plan.shops[plan.shop[event]] },
    { name: 'topic', kind: 'label', value: event => plan.topics[topicOf(plan, event)] },
    { name: 'planned_ms', kind: 'ms', ticks: plan.dueTicks, since: 0 },
    { name: 'held_until_ms', kind: 'optional ms', ticks: history.heldUntil, since: floodTick },
    { name: 'first_sent_ms', kind: 'optional ms', ticks: history.firstSent, since: floodTick },
    { name: 'first_ended_ms', kind: 'optional ms', ticks: history.firstEnded, since: floodTick },
    { name: 'acked_ms', kind: 'optional ms', ticks: history.acked, since: floodTick },
    { name: 'status', kind: 'optional integer', value: event => history.status[event] || null },
    { name: 'first_outcome', kind: 'label', value: event => outcomes[history.firstOutcome[event]] },
    { name: 'outcome', kind: 'label', value: event => outcomes[history.outcome[event]] },
    { name: 'attempts', kind: 'integer', value: event => history.attempts[event] },
    { name: 'unsent_reason', kind: 'label', value: event => unsentReasons[history.unsent[event]] || null },
    { name: 'state', kind: 'label', value: event => states[accounts.state[event]] },
    { name: 'late', kind: 'truth', value: event => (accounts.flags[event] & flag.late) !== 0 },
    { name: 'duplicated', kind: 'truth', value: event => (accounts.flags[event] & flag.duplicated) !== 0 },
    { name: 'mutated', kind: 'truth', value: event => (accounts.flags[event] & flag.mutated) !== 0 },
    { name: 'listed', kind: 'truth', value: event => (history.flags[event] & LISTED) !== 0 },
    { name: 'listed_before_arrival', kind: 'truth', value: event => (history.flags[event] & LISTED_BEFORE_ARRIVAL) !== 0 },
    ...history.deliveries.flatMap(({ arrived, arrivals, effects }, index): Column[] => [
      { name: `${destinations[index]}_arrived_ms`, kind: 'optional ms', ticks: arrived, since: floodTick },
      { name: `${destinations[index]}_arrivals`, kind: 'integer', value: event => arrivals[event] },
      { name: `${destinations[index]}_effects`, kind: 'integer', value: event => effects[event] },
    ]),
  ]
}

/** First attempts from the history, later ones from their file, gathered into one row group's columns after another. */
async function writeAttempts(file: string, input: HistoryInput): Promise<void> {
  const { floodTick } = input
  const group = {
    event: new Uint32Array(rowsPerGroup), number: new Uint8Array(rowsPerGroup), sent: new Uint32Array(rowsPerGroup), ended: new Uint32Array(rowsPerGroup),
    status: new Uint16Array(rowsPerGroup), outcome: new Uint8Array(rowsPerGroup),
  }
  const attempts = new ParquetFile(file, [
    { name: 'event', kind: 'integer', value: row => group.event[row] },
    { name: 'attempt', kind: 'integer', value: row => group.number[row] },
    { name: 'sent_ms', kind: 'ms', ticks: group.sent, since: floodTick },
    { name: 'ended_ms', kind: 'optional ms', ticks: group.ended, since: floodTick },
    { name: 'status', kind: 'optional integer', value: row => group.status[row] || null },
    { name: 'outcome', kind: 'label', value: row => outcomes[group.outcome[row]] },
  ])
  let rows = 0
  for (const attempt of allAttempts(input)) {
    group.event[rows] = attempt.event
    group.number[rows] = attempt.number
    group.sent[rows] = attempt.sent
    group.ended[rows] = attempt.ended
    group.status[rows] = attempt.status
    group.outcome[rows] = attempt.outcome
    if (++rows < rowsPerGroup) continue
    await attempts.write(0, rows)
    rows = 0
  }
  await attempts.write(0, rows)
  await attempts.finish()
}

/** One object, filled anew for each first attempt. */
function* allAttempts({ plan, history, attempts }: HistoryInput): Iterable<Readonly<Attempt>> {
  const first: Attempt = { event: 0, number: 1, sent: 0, ended: 0, status: 0, outcome: 0 }
  for (let event = plan.warmUpCount; event < plan.eventCount; event++) {
    if (history.firstSent[event] === 0) continue
    first.event = event
    first.sent = history.firstSent[event]
    first.ended = history.firstEnded[event]
    first.status = history.status[event]
    first.outcome = history.firstOutcome[event]
    yield first
  }
  for (const attempt of attempts) if (attempt.event >= plan.warmUpCount) yield attempt
}
