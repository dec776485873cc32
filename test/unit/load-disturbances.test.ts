// What the sender's schedule makes of the platform's faults, in virtual time.
import { describe, expect, it } from 'vitest'
import { createHistory } from '../../harness/history/history.ts'
import type { AttemptWriter } from '../../harness/history/attempt-file.ts'
import { createCounters, readCounters } from '../../harness/load/native/counters.ts'
import { createDisturbanceCells, Disturbances, readDisturbance } from '../../harness/load/native/disturbances.ts'
import { EventRecords } from '../../harness/load/native/event-records.ts'
import { Schedule } from '../../harness/load/native/schedule.ts'
import type { RetryPolicy } from '../../harness/platform/retry-policy.ts'
import { burst, noRetries, planOf } from '../fixtures/load.ts'

const startedAtMs = 1_000

function open(dueMs: number[], { shops = 1, policy = {} }: { shops?: number; policy?: Partial<RetryPolicy> } = {}) {
  const plan = planOf(dueMs, shops)
  const history = createHistory(plan.eventCount, 0, 0)
  const cells = createDisturbanceCells()
  const counters = createCounters()
  const records = new EventRecords(history, counters, { append: () => {} } as unknown as AttemptWriter)
  const schedule = new Schedule({ plan, retries: { ...noRetries, ...policy }, timeScale: 1, counters, records, disturbances: new Disturbances(cells) })
  schedule.begin({ from: 0, to: plan.eventCount, startedAtMs, wallMs: 0 })
  /** Takes all that is due by then, as the sender does: the events, and at what instant each. */
  function sendUntil(untilMs: number): { event: number; atMs: number }[] {
    const sent: { event: number; atMs: number }[] = []
    for (let nowMs = startedAtMs; nowMs <= startedAtMs + untilMs; nowMs++) {
      schedule.withhold(nowMs)
      for (; schedule.nextDueMs <= nowMs; schedule.withhold(nowMs)) {
        const event = schedule.take()
        records.begin(event, nowMs)
        sent.push({ event, atMs: nowMs - startedAtMs })
      }
    }
    return sent
  }
  return { counters, history, schedule, records, sendUntil, met: (fault: Parameters<typeof readDisturbance>[1]) => readDisturbance(cells, fault) }
}

const every10Ms = Array.from({ length: 20 }, (_, event) => event * 10)
const eventsOf = (sent: { event: number }[]): number[] => sent.map(({ event }) => event)

describe('silence', () => {
  it('sends nothing, and then in order what is owed, evenly, beside what falls due', () => {
    const { schedule, sendUntil, history, met } = open(every10Ms)
    schedule.disturb('silence', { catchUpMs: 20 }, startedAtMs)
    expect(sendUntil(95)).toEqual([])
    expect(met('silence')).toEqual({ inForce: true, met: 10 })
    schedule.disturb('silence', undefined, startedAtMs + 95)
    const sent = sendUntil(200)
    expect(sent.slice(0, 4)).toEqual([{ event: 0, atMs: 95 }, { event: 1, atMs: 97 }, { event: 2, atMs: 99 }, { event: 10, atMs: 100 }])
    expect(eventsOf(sent).toSorted((a, b) => a - b)).toEqual(every10Ms.map((_, event) => event))
    expect(schedule.isOver).toBe(true)
    // Lag counts from the release of what was held, and from the planned instant of anything else.
    expect(Array.from(history.heldUntil.subarray(8, 12), ticks => ticks / 100)).toEqual([startedAtMs + 111, startedAtMs + 113, 0, 0])
  })

  it('holds retries and what an earlier fault held back, until its end', () => {
    const { schedule, sendUntil, history } = open([0, 10, 20], { policy: { delaysMs: [5] } })
    schedule.disturb('disorder', { withinMs: 1 }, startedAtMs)
    expect(eventsOf(sendUntil(2))).toEqual([0])
    schedule.retry(0, 1, startedAtMs + 2)
    schedule.withhold(startedAtMs + 10)
    schedule.disturb('disorder', undefined, startedAtMs + 10)
    schedule.disturb('silence', { catchUpMs: 0 }, startedAtMs + 10)
    expect(sendUntil(40)).toEqual([])
    schedule.disturb('silence', undefined, startedAtMs + 40)
    expect(eventsOf(sendUntil(40)).toSorted((a, b) => a - b)).toEqual([0, 1, 2])
    expect(history.heldUntil[1] / 100).toBe(startedAtMs + 40)
  })

  it('that is cut short by the end of the run leaves what it held unsent', () => {
    const { schedule, sendUntil, history } = open([0, 1, 2])
    schedule.disturb('silence', { catchUpMs: 50 }, startedAtMs)
    sendUntil(1)
    schedule.disturb('silence', undefined, startedAtMs + 1)
    expect(eventsOf(sendUntil(2))).toEqual([0, 2])
    schedule.finish()
    expect(schedule.isOver).toBe(true)
    expect(Array.from(history.unsent)).toEqual([0, 3, 0])
  })
})

it('a silence that outlives the run holds nothing back for afterwards', () => {
  const { schedule, sendUntil, history } = open([0, 1, 50, 60])
  schedule.disturb('silence', { catchUpMs: 0 }, startedAtMs)
  sendUntil(1)
  schedule.finish()
  schedule.disturb('silence', undefined, startedAtMs + 10)
  expect([sendUntil(100), schedule.isOver, Array.from(history.unsent)]).toEqual([[], true, [3, 3, 3, 3]])
})

it('a subscription that is lost in a silence stays lost', () => {
  const { schedule, sendUntil, history, counters } = open([0, 10, 20, 30], { policy: { removesSubscription: true } })
  expect(eventsOf(sendUntil(5))).toEqual([0])
  schedule.disturb('silence', { catchUpMs: 0 }, startedAtMs + 5)
  sendUntil(12)
  schedule.retry(0, 1, startedAtMs + 12)
  schedule.disturb('silence', undefined, startedAtMs + 15)
  expect([sendUntil(100), schedule.isOver, Array.from(history.unsent)]).toEqual([[], true, [0, 1, 1, 1]])
  expect(readCounters(counters).unsent).toBe(3)
})

it('disorder lets later webhooks overtake, loses none, and ends', () => {
  const { schedule, sendUntil, met } = open(every10Ms)
  schedule.disturb('disorder', { withinMs: 60 }, startedAtMs)
  const first = sendUntil(95)
  schedule.disturb('disorder', undefined, startedAtMs + 95)
  const sent = [...first, ...sendUntil(300)]
  expect(eventsOf(sent)).not.toEqual(every10Ms.map((_, event) => event))
  expect(eventsOf(sent).toSorted((a, b) => a - b)).toEqual(every10Ms.map((_, event) => event))
  for (const { event, atMs } of sent) expect(atMs - event * 10).toBeLessThanOrEqual(event < 10 ? 61 : 0)
  expect(met('disorder')).toEqual({ inForce: false, met: 10 })
})

describe('unsubscribe', () => {
  it('never sends what falls due for a share of the shops, retries included, and has them back', () => {
    const { schedule, sendUntil, history, met } = open(every10Ms, { shops: 4, policy: { delaysMs: [500] } })
    expect(eventsOf(sendUntil(35))).toEqual([0, 1, 2, 3])
    for (let event = 0; event < 4; event++) schedule.retry(event, 1, startedAtMs + 35)
    schedule.disturb('unsubscribe', { share: 0.5 }, startedAtMs + 36)
    const during = sendUntil(135)
    schedule.disturb('unsubscribe', undefined, startedAtMs + 136)
    const after = sendUntil(1_000)
    const shops = new Set(during.map(({ event }) => event % 4))
    expect([during.length, shops.size]).toEqual([5, 2])
    expect(history.unsent.reduce((sum, reason) => sum + reason, 0)).toBe(5)
    // The six events after it, and the retries of the two shops that were not hit.
    expect(eventsOf(after).toSorted((a, b) => a - b)).toEqual([...[...shops].toSorted((a, b) => a - b), 14, 15, 16, 17, 18, 19])
    expect(met('unsubscribe')).toEqual({ inForce: false, met: 7 })
  })

  it('takes out one shop at least, and nothing that falls due after it', () => {
    const { schedule, sendUntil } = open(burst(3).map((_, event) => event * 100))
    schedule.disturb('unsubscribe', { share: 0.001 }, startedAtMs)
    expect(sendUntil(50)).toEqual([])
    schedule.disturb('unsubscribe', undefined, startedAtMs + 51)
    expect(eventsOf(sendUntil(300))).toEqual([1, 2])
  })
})

it('dropRetries: an attempt that fails in the window is never followed by another', () => {
  const { schedule, sendUntil, met } = open([0, 1], { policy: { delaysMs: [5, 5] } })
  sendUntil(2)
  schedule.disturb('dropRetries', { share: 1 }, startedAtMs + 2)
  schedule.retry(0, 1, startedAtMs + 3)
  schedule.disturb('dropRetries', undefined, startedAtMs + 3)
  schedule.retry(1, 1, startedAtMs + 3)
  expect(eventsOf(sendUntil(20))).toEqual([1])
  expect(met('dropRetries').met).toBe(1)
})

describe('duplicate', () => {
  it('sends what was acked once more, as a webhook of its own that is not tried again', () => {
    const { schedule, sendUntil, met } = open([0, 1], { policy: { delaysMs: [5] } })
    sendUntil(2)
    schedule.copy(0, 1, startedAtMs + 2)
    schedule.disturb('duplicate', { share: 1 }, startedAtMs + 2)
    schedule.copy(1, 1, startedAtMs + 3)
    schedule.disturb('duplicate', undefined, startedAtMs + 4)
    expect(eventsOf(sendUntil(1_100))).toEqual([1])
    expect([schedule.isRepeat(1, 1), schedule.isRepeat(1, 2), schedule.isRepeat(0, 1)]).toEqual([false, true, false])
    schedule.retry(1, 2, startedAtMs + 1_200)
    expect([schedule.isOver, met('duplicate').met]).toEqual([true, 1])
  })

  it('sends no copy of a copy', () => {
    const { schedule, sendUntil, met } = open([0])
    sendUntil(1)
    schedule.disturb('duplicate', { share: 1 }, startedAtMs)
    schedule.copy(0, 1, startedAtMs + 1)
    sendUntil(1_100)
    schedule.copy(0, 2, startedAtMs + 1_100)
    expect([schedule.isOver, met('duplicate').met]).toEqual([true, 1])
  })
})
