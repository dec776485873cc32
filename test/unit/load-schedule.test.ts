import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { createHistory, INDETERMINATE, REFUSED, ACKED } from '../../harness/history/history.ts'
import type { AttemptWriter } from '../../harness/history/attempt-file.ts'
import { createCounters, readCounters, SUBSCRIPTIONS_REMOVED, UNSENT, WAITED_FOR_SOCKET } from '../../harness/load/native/counters.ts'
import { createDisturbanceCells, Disturbances } from '../../harness/load/native/disturbances.ts'
import { EventRecords } from '../../harness/load/native/event-records.ts'
import { retryDelayMs, RetrySchedule } from '../../harness/load/native/retry-schedule.ts'
import { Schedule } from '../../harness/load/native/schedule.ts'
import { SlotList } from '../../harness/load/native/slot-list.ts'
import type { RetryPolicy } from '../../harness/platform/retry-policy.ts'
import { noRetries, planOf } from '../fixtures/load.ts'

const startedAtMs = 1_000

function open(dueMs: number[], policy: Partial<RetryPolicy> = {}, shops = 1, timeScale = 1) {
  const plan = planOf(dueMs, shops)
  const history = createHistory(plan.eventCount, 0, 0)
  const counters = createCounters()
  const appended: number[][] = []
  const writer = { append: (...attempt: number[]) => appended.push(attempt) } as unknown as AttemptWriter
  const records = new EventRecords(history, counters, writer)
  const schedule = new Schedule({ plan, retries: { ...noRetries, ...policy }, timeScale, counters, records, disturbances: new Disturbances(createDisturbanceCells()) })
  schedule.begin({ from: 0, to: plan.eventCount, startedAtMs, wallMs: 0 })
  return { plan, history, counters, records, schedule, appended }
}

describe('SlotList', () => {
  it('behaves as an array from which anything can leave', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(7)), { maxLength: 60 }), steps => {
      const list = new SlotList(8)
      let model: number[] = []
      for (const [adds, slot] of steps) {
        if (adds && !model.includes(slot)) {
          list.add(slot)
          model.push(slot)
        } else if (!adds) {
          list.remove(slot)
          model = model.filter(other => other !== slot)
        }
        expect([list.first, list.last, list.size]).toEqual([model[0] ?? -1, model.at(-1) ?? -1, model.length])
      }
    }))
  })
})

describe('RetrySchedule', () => {
  it('gives back every event that is still wanted by due instant, the lower event first where two are equal', () => {
    fc.assert(fc.property(fc.array(fc.nat(50), { maxLength: 3_000 }), dues => {
      const retries = new RetrySchedule()
      dues.forEach((dueMs, event) => retries.add(event, dueMs))
      retries.filter(event => event % 3 !== 1)
      const expected = dues.map((dueMs, event) => ({ dueMs, event })).filter(({ event }) => event % 3 !== 1).sort((a, b) => a.dueMs - b.dueMs || a.event - b.event)
      for (const { dueMs, event } of expected) {
        expect(retries.nextDueMs).toBe(dueMs)
        expect(retries.take()).toBe(event)
      }
      expect(retries.nextDueMs).toBe(Number.POSITIVE_INFINITY)
    }), { numRuns: 30 })
  })
})

describe('retryDelayMs', () => {
  const policy = { ...noRetries, delaysMs: [60_000, 120_000], jitter: 0.1 }

  it('is the delay of the policy, scaled, within its jitter, and the same every time', () => {
    const delays = Array.from({ length: 2_000 }, (_, event) => retryDelayMs(policy, 240, 1, event, 1)!)
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(225)
    expect(Math.max(...delays)).toBeLessThanOrEqual(275)
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(45)
    expect(retryDelayMs(policy, 240, 1, 5, 1)).toBe(delays[5])
    expect(retryDelayMs(policy, 240, 1, 5, 2)! / 500).not.toBeCloseTo(delays[5] / 250, 6)
  })

  it('is undefined after the last retry', () => {
    expect(retryDelayMs(policy, 1, 1, 0, 3)).toBeUndefined()
  })
})

describe('Schedule', () => {
  it('gives events in the order in which they fall due, retries between them', () => {
    const { schedule } = open([0, 10, 20, 30], { delaysMs: [5, 20] })
    expect(schedule.nextDueMs).toBe(startedAtMs)
    expect(schedule.take()).toBe(0)
    // One delay after the attempt ended, not after it was due.
    schedule.retry(0, 1, startedAtMs + 7)
    expect(schedule.nextDueMs).toBe(startedAtMs + 10)
    expect(schedule.take()).toBe(1)
    expect(schedule.nextDueMs).toBe(startedAtMs + 12)
    expect(schedule.take()).toBe(0)
    schedule.retry(0, 2, startedAtMs + 13)
    expect([schedule.take(), schedule.take(), schedule.take()]).toEqual([2, 3, 0])
    expect(schedule.isOver).toBe(true)
    schedule.retry(0, 3, startedAtMs + 40)
    expect(schedule.isOver).toBe(true)
  })

  it("drops what a shop is still owed when one of its events used up its retries, and nothing of another shop's", () => {
    const { schedule, history, counters } = open([0, 1, 2, 3, 4, 5], { delaysMs: [5], removesSubscription: true }, 2)
    for (let event = 0; event < 3; event++) expect(schedule.take()).toBe(event)
    schedule.retry(1, 1, startedAtMs)
    schedule.retry(2, 1, startedAtMs)
    expect(readCounters(counters).waitingForRetry).toBe(2)
    schedule.retry(0, 2, startedAtMs)
    expect(readCounters(counters)).toMatchObject({ waitingForRetry: 1, unsent: 0 })
    expect([schedule.take(), schedule.take(), schedule.take()]).toEqual([3, 5, 1])
    expect(Array.from(history.unsent)).toEqual([0, 0, 0, 0, 1, 0])
    expect(counters[SUBSCRIPTIONS_REMOVED]).toBe(1)
    expect(schedule.isOver).toBe(true)
  })

  it('removes a subscription once, however many of its events are used up', () => {
    const { schedule, counters } = open([0, 0, 0], { removesSubscription: true })
    schedule.take()
    schedule.take()
    schedule.retry(0, 1, startedAtMs)
    schedule.retry(1, 1, startedAtMs)
    expect(counters[SUBSCRIPTIONS_REMOVED]).toBe(1)
  })

  it('counts each event that waited for a socket once', () => {
    const { schedule, counters } = open([0, 1, 2, 50])
    schedule.noteWaiting(startedAtMs + 1)
    schedule.noteWaiting(startedAtMs + 2)
    expect(schedule.take()).toBe(0)
    schedule.noteWaiting(startedAtMs + 3)
    expect(counters[WAITED_FOR_SOCKET]).toBe(3)
  })

  it('leaves everything unsent after finish, in later parts too', () => {
    const { schedule, history, counters } = open([0, 0, 0, 0, 0], { delaysMs: [5] })
    schedule.begin({ from: 0, to: 3, startedAtMs, wallMs: 0 })
    schedule.take()
    schedule.retry(0, 1, startedAtMs)
    schedule.finish()
    expect(readCounters(counters)).toMatchObject({ unsent: 2, waitingForRetry: 0 })
    schedule.retry(0, 1, startedAtMs)
    expect(schedule.isOver).toBe(true)
    schedule.begin({ from: 3, to: 5, startedAtMs, wallMs: 0 })
    expect(schedule.isOver).toBe(true)
    expect(Array.from(history.unsent)).toEqual([0, 3, 3, 3, 3])
  })

  it('ends every event in exactly one state, whatever fails: planned = sent + unsent', () => {
    const outcome = fc.constantFrom(ACKED, REFUSED, INDETERMINATE)
    fc.assert(fc.property(fc.array(fc.nat(300), { minLength: 1, maxLength: 200 }), fc.infiniteStream(outcome), fc.option(fc.nat(400)), (dues, ends, finishAt) => {
      const { plan, schedule, history, counters, records, appended } = open(dues.toSorted((a, b) => a - b), { delaysMs: [10, 40, 90], removesSubscription: true }, 5)
      for (let steps = 0; !schedule.isOver && steps < 2_000; steps++) {
        if (steps === finishAt) schedule.finish()
        if (schedule.isOver) break
        const nowMs = schedule.nextDueMs
        const event = schedule.take()
        const number = records.begin(event, nowMs)
        const end = ends.next().value!
        records.end(event, number, nowMs, nowMs + 3, 200, end)
        if (end !== ACKED) schedule.retry(event, number, nowMs + 3)
      }
      expect(schedule.isOver).toBe(true)
      const { sent, unsent, attempts, acked, refused, indeterminate, open: stillOpen } = readCounters(counters)
      expect(sent + unsent).toBe(plan.eventCount)
      expect(acked + refused + indeterminate).toBe(attempts)
      expect([stillOpen, appended.length]).toEqual([0, attempts - sent])
      for (let event = 0; event < plan.eventCount; event++) {
        expect(history.attempts[event] > 0).toBe(history.unsent[event] === 0)
        expect(history.acked[event] > 0).toBe(history.outcome[event] === ACKED)
      }
      expect(counters[UNSENT + 1] + counters[UNSENT + 3]).toBe(unsent)
    }), { numRuns: 60 })
  })
})

describe('EventRecords', () => {
  it.each([
    [[REFUSED, REFUSED], REFUSED], [[REFUSED, INDETERMINATE], INDETERMINATE], [[INDETERMINATE, REFUSED], INDETERMINATE],
    [[REFUSED, ACKED], ACKED], [[INDETERMINATE, REFUSED, ACKED], ACKED],
  ])('makes of attempts that ended as %j an event that is %j', (ends, outcome) => {
    const { records, history, appended } = open([0])
    ends.forEach((end, index) => records.end(0, records.begin(0, 10 * index), 10 * index, 10 * index + 5, 500 + index, end))
    expect(history.outcome[0]).toBe(outcome)
    expect([history.firstOutcome[0], history.status[0], history.firstEnded[0]]).toEqual([ends[0], 500, 500])
    expect(appended[0]).toEqual([0, 1_000, 1_500, 501, 2, ends[1]])
  })
})
