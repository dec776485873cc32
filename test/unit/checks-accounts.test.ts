import { expect, test } from 'vitest'
import * as fc from 'fast-check'
import { countAccounts, countsOf, DELIVERED, flag, LOST, MISSED, PENDING, states, type Counts } from '../../harness/checks/accounts.ts'
import { ACKED, INDETERMINATE, LISTED, LISTED_BEFORE_ARRIVAL, MUTATED, NONE, OPEN, REFUSED, ticksPerMs, unsentReasons } from '../../harness/history/history.ts'
import { arriveAgain, cutOff, holdBack, makeRun, refuse, takeAway, type MadeRun } from './checks-made-run.ts'

const stateOf = (run: MadeRun, event: number): string => states[countAccounts(run).state[event]]

test('a clean run: everything planned is delivered, and the warm-up stands in no count', () => {
  const accounts = countAccounts(makeRun({ events: 500, warmUp: 10 }))
  expect(accounts).toMatchObject({ planned: 500, sent: 500, acked: 500, attempts: 500, delivered: 500, arrivals: 500, unsent: 0, lost: 0, missed: 0, pending: 0, late: 0 })
  expect([...accounts.state.subarray(0, 10)]).toEqual(Array.from({ length: 10 }, () => 0))
})

test('absent at one of two destinations is lost where it was acked, missed where it was not', () => {
  const run = makeRun({ destinations: ['analytics', 'ads'] })
  takeAway(run, 20, 1)
  takeAway(run, 21, 0)
  refuse(run, 21)
  expect([stateOf(run, 20), stateOf(run, 21)]).toEqual(['lost', 'missed'])
  expect(countAccounts(run).deliveredAt[20]).toBe(0)
})

test('delivered is the arrival at the last destination, and late counts from the planned instant', () => {
  const run = makeRun({ destinations: ['analytics', 'ads'] })
  run.lateAfterMs = 500
  run.history.deliveries[0].arrived[20] += 450 * ticksPerMs
  run.history.deliveries[1].arrived[21] += 100 * ticksPerMs
  const accounts = countAccounts(run)
  expect(accounts.deliveredAt[20]).toBe(run.history.deliveries[0].arrived[20])
  expect(accounts.late).toBe(1)
  expect(accounts.flags[20] & flag.late).toBe(flag.late)
})

test('refused but applied, unless the Admin API listed it; resolved', () => {
  const run = makeRun()
  refuse(run, 20)
  refuse(run, 21)
  run.history.flags[21] |= LISTED | LISTED_BEFORE_ARRIVAL
  refuse(run, 22, INDETERMINATE)
  run.history.outcome[23] = OPEN
  run.history.acked[23] = 0
  expect(countAccounts(run)).toMatchObject({ refused: 2, indeterminate: 2, refusedButApplied: 1, resolved: 2, listedBeforeArrival: 1, delivered: 1_000 })
})

test('unsent events have a reason each, and are phantoms where they arrive unlisted', () => {
  const run = makeRun()
  holdBack(run, 20, unsentReasons.indexOf('unsubscribed'))
  holdBack(run, 21, unsentReasons.indexOf('sender behind'))
  holdBack(run, 22, 0)
  for (const event of [21, 22]) takeAway(run, event)
  run.servers.unexpected = 3
  expect(countAccounts(run)).toMatchObject({ sent: 997, unsent: 3, unsentReasons: { unsubscribed: 1, 'sender behind': 1, 'not due': 1 }, missed: 2, phantom: 4 })
})

test('at the limit absent events are pending only while acks or deliveries were still coming', () => {
  const run = makeRun({ settleMs: 5_000 })
  for (const event of [20, 1_009]) takeAway(run, event)
  refuse(run, 21)
  takeAway(run, 21)
  cutOff(run, 4_000)
  expect(countAccounts(run)).toMatchObject({ pending: 3, lost: 0, missed: 0, stillArriving: true })
  cutOff(run, 6_000)
  expect(countAccounts(run)).toMatchObject({ pending: 0, lost: 2, missed: 1, stillArriving: false })
})

test('an ack just before the limit leaves its event pending though no delivery ever came', () => {
  const run = makeRun({ events: 1 })
  takeAway(run, 10)
  cutOff(run, 1_000)
  expect(stateOf(run, 10)).toBe('pending')
})

test('effects beyond one and flags of the history', () => {
  const run = makeRun({ destinations: ['analytics', 'ads'] })
  arriveAgain(run, 20, { effects: 2 }, 1)
  arriveAgain(run, 21, { effects: 1 }, 0)
  run.history.flags[22] |= MUTATED
  expect(countAccounts(run)).toMatchObject({ duplicated: 1, mutated: 1, arrivals: 2_002, repeatedArrivals: 2 })
})

test('the counts for the record carry no arrays', () => {
  expect(Object.values(countsOf(countAccounts(makeRun()))).every(count => typeof count === 'number')).toBe(true)
})

/** One event as a random history has it. Per destination: arrivals (0: absent) and effects. */
const anyEvent = fc.record({
  sent: fc.boolean(),
  outcome: fc.constantFrom(ACKED, REFUSED, INDETERMINATE, OPEN),
  attempts: fc.integer({ min: 1, max: 9 }),
  unsent: fc.integer({ min: 0, max: unsentReasons.length - 1 }),
  flags: fc.integer({ min: 0, max: 15 }),
  delayMs: fc.integer({ min: 1, max: 2_000 }),
  deliveries: fc.array(fc.record({ arrivals: fc.integer({ min: 0, max: 3 }), effects: fc.integer({ min: 0, max: 3 }) }), { minLength: 2, maxLength: 2 }),
})
type AnyEvent = typeof anyEvent extends fc.Arbitrary<infer E> ? E : never

function makeRandomRun(events: readonly AnyEvent[]): MadeRun {
  const run = makeRun({ events: events.length, warmUp: 3, destinations: ['analytics', 'ads'] })
  run.lateAfterMs = 1_000
  for (const [index, made] of events.entries()) {
    const event = index + run.plan.warmUpCount
    if (!made.sent) holdBack(run, event, made.unsent)
    else if (made.outcome !== ACKED) refuse(run, event)
    run.history.outcome[event] = made.sent ? made.outcome : NONE
    run.history.attempts[event] = made.sent ? made.attempts : 0
    run.history.flags[event] = made.flags
    for (const [at, { arrivals, effects }] of made.deliveries.entries()) {
      run.history.deliveries[at].arrived[event] = arrivals === 0 ? 0 : run.floodTick + run.plan.dueTicks[event] + made.delayMs * ticksPerMs
      run.history.deliveries[at].arrivals[event] = arrivals
      run.history.deliveries[at].effects[event] = arrivals === 0 ? 0 : effects
    }
  }
  return run
}

/** The counts said once more, in the words of the definitions and an object per event. */
function recount(events: readonly AnyEvent[]): Counts {
  const count = (isOne: (event: AnyEvent) => boolean): number => events.filter(isOne).length
  const total = (of: (event: AnyEvent) => number): number => events.reduce((sum, event) => sum + of(event), 0)
  const isAcked = (event: AnyEvent): boolean => event.sent && event.outcome === ACKED
  const isRefused = (event: AnyEvent): boolean => event.sent && event.outcome === REFUSED
  const isThrough = (event: AnyEvent): boolean => event.deliveries.every(delivery => delivery.arrivals > 0)
  const isSeen = (event: AnyEvent): boolean => event.deliveries.some(delivery => delivery.arrivals > 0)
  const isListed = (event: AnyEvent): boolean => (event.flags & LISTED) !== 0
  return {
    planned: events.length, sent: count(event => event.sent), unsent: count(event => !event.sent), attempts: total(event => (event.sent ? event.attempts : 0)),
    acked: count(isAcked), refused: count(isRefused), indeterminate: count(event => event.sent && !isAcked(event) && !isRefused(event)),
    delivered: count(isThrough), lost: count(event => isAcked(event) && !isThrough(event)), missed: count(event => !isAcked(event) && !isThrough(event)), pending: 0,
    late: count(event => isThrough(event) && event.delayMs > 1_000),
    duplicated: count(event => (event.flags & 8) !== 0 || event.deliveries.some(delivery => delivery.arrivals > 0 && delivery.effects > 1)),
    phantom: count(event => !event.sent && isSeen(event) && !isListed(event)), mutated: count(event => (event.flags & MUTATED) !== 0),
    resolved: count(event => event.sent && !isAcked(event) && !isRefused(event) && isThrough(event)), refusedButApplied: count(event => isRefused(event) && isSeen(event) && !isListed(event)),
    arrivals: total(event => event.deliveries.reduce((sum, delivery) => sum + delivery.arrivals, 0)), listedBeforeArrival: count(event => (event.flags & LISTED_BEFORE_ARRIVAL) !== 0),
  }
}

test('for any history planned = delivered + lost + missed + pending, and the counts are those of a naive recount', () => {
  fc.assert(fc.property(fc.array(anyEvent, { maxLength: 60 }), events => {
    const accounts = countAccounts(makeRandomRun(events))
    expect(countsOf(accounts)).toEqual(recount(events))
    expect(accounts.delivered + accounts.lost + accounts.missed + accounts.pending).toBe(accounts.planned)
  }))
})

test('for any history cut off while deliveries were coming, each event has one state', () => {
  fc.assert(fc.property(fc.array(anyEvent, { maxLength: 60 }), fc.integer({ min: 0, max: 20_000 }), (events, afterMs) => {
    const run = makeRandomRun(events)
    cutOff(run, afterMs)
    const accounts = countAccounts(run)
    const inState = (state: number): number => accounts.state.reduce((sum, one) => sum + (one === state ? 1 : 0), 0)
    expect([inState(DELIVERED), inState(LOST), inState(MISSED), inState(PENDING)]).toEqual([accounts.delivered, accounts.lost, accounts.missed, accounts.pending])
    expect(accounts.delivered + accounts.lost + accounts.missed + accounts.pending).toBe(accounts.planned)
    expect(accounts.stillArriving || accounts.pending === 0).toBe(true)
  }))
})
