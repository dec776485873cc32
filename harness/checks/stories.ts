import type { RunRecord } from '../../reports/record.ts'
import { msOf, outcomes } from '../history/history.ts'
import type { Attempt } from '../history/attempts.ts'
import { orderOf, topicOf } from '../plan/plan.ts'
import { flag, LOST, MISSED, type Accounts } from './accounts.ts'
import type { Observations } from './observations.ts'

export type Story = RunRecord['stories'][number]

/** Events told of each kind, and attempts told of one event. */
const eventsPerKind = 4
const attemptsPerStory = 40

type StoriesInput = Pick<Observations, 'plan' | 'history' | 'attempts' | 'corpus' | 'destinations' | 'floodTick'> & { accounts: Accounts }

/** Tells what happened to a few events of each kind that is worth a look: lost, missed, duplicated, mutated, refused but applied, phantom, and the latest to arrive. */
export function tellStories(input: StoriesInput): Story[] {
  const chosen = chooseEvents(input)
  const retries = collectRetries(input.attempts, chosen)
  return [...chosen].map(([event, why]) => tellStory(input, event, why.join(', '), retries.get(event)!))
}

function chooseEvents({ plan, floodTick, accounts }: StoriesInput): Map<number, string[]> {
  const { state, flags, deliveredAt } = accounts
  const kinds: { why: string; isOne: (event: number) => boolean; found: number[] }[] = [
    { why: 'lost', isOne: event => state[event] === LOST, found: [] },
    { why: 'missed', isOne: event => state[event] === MISSED, found: [] },
    { why: 'duplicated', isOne: event => (flags[event] & flag.duplicated) !== 0, found: [] },
    { why: 'mutated', isOne: event => (flags[event] & flag.mutated) !== 0, found: [] },
    { why: 'refused but applied', isOne: event => (flags[event] & flag.refusedButApplied) !== 0, found: [] },
    { why: 'phantom', isOne: event => (flags[event] & flag.phantom) !== 0, found: [] },
  ]
  const latest = { why: 'latest', found: [] as number[] }
  const delayOf = (event: number): number => deliveredAt[event] - floodTick - plan.dueTicks[event]
  let latestFrom = -Infinity
  for (let event = plan.warmUpCount; event < plan.eventCount; event++) {
    for (const kind of kinds) if (kind.found.length < eventsPerKind && kind.isOne(event)) kind.found.push(event)
    if (deliveredAt[event] === 0 || delayOf(event) <= latestFrom) continue
    latest.found.push(event)
    latest.found.sort((a, b) => delayOf(b) - delayOf(a))
    if (latest.found.length > eventsPerKind) latest.found.pop()
    if (latest.found.length === eventsPerKind) latestFrom = delayOf(latest.found.at(-1)!)
  }
  const chosen = new Map<number, string[]>()
  for (const { why, found } of [...kinds, latest]) for (const event of found) chosen.set(event, [...(chosen.get(event) ?? []), why])
  return chosen
}

function collectRetries(attempts: Observations['attempts'], chosen: ReadonlyMap<number, unknown>): Map<number, Attempt[]> {
  const retries = new Map<number, Attempt[]>(Array.from(chosen.keys(), event => [event, []]))
  for (const attempt of attempts) {
    const told = retries.get(attempt.event)
    if (told !== undefined && told.length < attemptsPerStory) told.push({ ...attempt })
  }
  return retries
}

function tellStory({ plan, history, corpus, destinations, floodTick }: StoriesInput, event: number, why: string, retries: readonly Attempt[]): Story {
  const at = (tick: number): number => msOf(tick - floodTick)
  const first: Attempt = { event, number: 1, sent: history.firstSent[event], ended: history.firstEnded[event], status: history.status[event], outcome: history.firstOutcome[event] }
  const attempts = first.sent === 0 ? retries : [first, ...retries]
  return {
    event,
    order: corpus.orderId(orderOf(plan, event)),
    shop: plan.shops[plan.shop[event]],
    topic: plan.topics[topicOf(plan, event)],
    why,
    plannedAt: msOf(plan.dueTicks[event]),
    attempts: attempts.map(({ number, sent, ended, outcome, status }) => ({ number, sentAt: at(sent), endedAt: ended === 0 ? null : at(ended), outcome: outcomes[outcome], status: status === 0 ? null : status })),
    arrivals: history.deliveries.map(({ arrived, arrivals, effects }, index) => ({
      destination: destinations[index],
      firstAt: arrived[event] === 0 ? null : at(arrived[event]),
      arrivals: arrivals[event],
      effects: effects[event],
    })),
  }
}
