// The sender's schedule under the platform's disorder: the plan's order of sending, and its repeats.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { AttemptWriter } from '../../harness/history/attempt-file.ts'
import { ACKED, createHistory, INDETERMINATE, REFUSED } from '../../harness/history/history.ts'
import { createCounters, readCounters, WAITED_FOR_SOCKET } from '../../harness/load/native/counters.ts'
import { createDisturbanceCells, Disturbances } from '../../harness/load/native/disturbances.ts'
import { EventRecords } from '../../harness/load/native/event-records.ts'
import { Schedule } from '../../harness/load/native/schedule.ts'
import type { Plan } from '../../harness/plan/plan.ts'
import { placesByTick } from '../../harness/plan/send-order.ts'
import type { RetryPolicy } from '../../harness/platform/retry-policy.ts'
import { noRetries, planOf } from '../fixtures/load.ts'

const startedAtMs = 1_000

/** Events due at these ms, in any order, and repeats of some of them as event and ms after the event's own instant. */
function disordered(dueMs: readonly number[], repeats: readonly (readonly [event: number, afterMs: number])[] = [], shops = 1): Plan {
  const plan = planOf(dueMs, shops)
  const sorted = repeats.map(([event, afterMs]) => ({ event, tick: Math.round((dueMs[event] + afterMs) * 100) })).toSorted((a, b) => a.tick - b.tick)
  return {
    ...plan,
    sendOrder: placesByTick(plan.dueTicks),
    repeats: { event: Uint32Array.from(sorted, ({ event }) => event), dueTicks: Uint32Array.from(sorted, ({ tick }) => tick) },
  }
}

function open(plan: Plan, policy: Partial<RetryPolicy> = {}) {
  const history = createHistory(plan.eventCount, 0, 0)
  const counters = createCounters()
  const records = new EventRecords(history, counters, { append: () => {} } as unknown as AttemptWriter)
  const schedule = new Schedule({ plan, retries: { ...noRetries, ...policy }, timeScale: 1, counters, records, disturbances: new Disturbances(createDisturbanceCells()) })
  schedule.begin({ from: 0, to: plan.eventCount, startedAtMs, wallMs: 0 })
  /** Sends what is due next, and ends it so 3 ms later. */
  const send = (outcome: number) => {
    const nowMs = schedule.nextDueMs
    const event = schedule.take()
    const number = records.begin(event, nowMs)
    records.end(event, number, nowMs, nowMs + 3, 200, outcome)
    if (outcome !== ACKED) schedule.retry(event, number, nowMs + 3)
    return { event, atMs: nowMs - startedAtMs, isRepeat: schedule.isRepeat(event, number) }
  }
  return { schedule, history, counters, send }
}

describe('a disordered plan', () => {
  it('is sent by due instant, repeats between, each a webhook of its own', () => {
    const { schedule, counters, send } = open(disordered([30, 10, 20], [[1, 5], [0, 1]]))
    expect([send(ACKED), send(ACKED), send(ACKED), send(ACKED), send(ACKED)]).toEqual([
      { event: 1, atMs: 10, isRepeat: false }, { event: 1, atMs: 15, isRepeat: true }, { event: 2, atMs: 20, isRepeat: false },
      { event: 0, atMs: 30, isRepeat: false }, { event: 0, atMs: 31, isRepeat: true },
    ])
    expect(schedule.isOver).toBe(true)
    expect(readCounters(counters)).toMatchObject({ sent: 3, attempts: 5, acked: 3, unsent: 0 })
  })

  it('keeps an acked event acked at its first ack, whatever becomes of its repeat', () => {
    const { history, send } = open(disordered([0], [[0, 50]]))
    send(ACKED)
    const first = history.acked[0]
    send(ACKED)
    expect([history.acked[0], history.outcome[0], history.attempts[0]]).toEqual([first, ACKED, 2])
    const failing = open(disordered([0], [[0, 50]]))
    failing.send(ACKED)
    failing.send(INDETERMINATE)
    expect(failing.history.outcome[0]).toBe(ACKED)
  })

  it('does not retry a repeat, nor lets it use up a retry of its event', () => {
    const { schedule, send } = open(disordered([0], [[0, 10]]), { delaysMs: [40, 100], removesSubscription: true })
    expect([send(REFUSED), send(REFUSED), send(REFUSED), send(REFUSED)].map(({ atMs, isRepeat }) => [atMs, isRepeat])).toEqual([[0, false], [10, true], [43, false], [146, false]])
    expect(schedule.isOver).toBe(true)
  })

  it('drops the repeats of a shop that nobody subscribes for any more, sent or not, and of no other', () => {
    const { schedule, history, send } = open(disordered([0, 1, 30, 31], [[0, 20], [1, 20], [2, 20], [3, 20]], 2), { removesSubscription: true })
    expect([send(REFUSED), send(ACKED), send(ACKED), send(ACKED), send(ACKED)].map(({ event, isRepeat }) => [event, isRepeat])).toEqual([[0, false], [1, false], [1, true], [3, false], [3, true]])
    expect(schedule.isOver).toBe(true)
    expect(Array.from(history.unsent)).toEqual([0, 0, 1, 0])
  })

  it('is over at once when it is told to finish, and counts who waits for a socket in its own order', () => {
    const { schedule, history, counters, send } = open(disordered([9, 1, 5], [[1, 100]]))
    send(ACKED)
    schedule.noteWaiting(startedAtMs + 5)
    expect(counters[WAITED_FOR_SOCKET]).toBe(1)
    schedule.finish()
    expect(schedule.isOver).toBe(true)
    expect(Array.from(history.unsent)).toEqual([3, 0, 3])
  })

  it('sends a part with its own repeats and no others', () => {
    const plan = disordered([4, 2, 0, 1], [[0, 1], [1, 1], [3, 2]])
    const { schedule } = open({ ...plan, sendOrder: Uint32Array.of(1, 0, 2, 3) })
    const take = (from: number, to: number): number[] => {
      schedule.begin({ from, to, startedAtMs, wallMs: 0 })
      const taken: number[] = []
      while (!schedule.isOver) taken.push(schedule.take())
      return taken
    }
    expect(take(0, 2)).toEqual([1, 1, 0, 0])
    expect(take(2, 4)).toEqual([2, 3, 3])
  })

  it('was sent where its repeat has overtaken what a fault held back, also when the hold never ends', () => {
    const { schedule, counters, send } = open(disordered([0, 0], [[0, 5]]))
    schedule.disturb('disorder', { withinMs: 1e6 }, startedAtMs)
    schedule.withhold(startedAtMs)
    expect(send(ACKED)).toEqual({ event: 0, atMs: 5, isRepeat: true })
    schedule.finish()
    expect(readCounters(counters)).toMatchObject({ sent: 1, unsent: 1 })
    expect(schedule.isOver).toBe(true)
  })

  it('comes to an end with planned = sent + unsent, one repeat at most for what was sent, and every attempt accounted for', () => {
    const outcome = fc.constantFrom(ACKED, REFUSED, INDETERMINATE)
    const events = fc.array(fc.record({ dueMs: fc.nat(300), repeatMs: fc.option(fc.integer({ min: 1, max: 200 })) }), { minLength: 1, maxLength: 150 })
    fc.assert(fc.property(events, fc.infiniteStream(outcome), fc.option(fc.nat(300)), (made, ends, finishAt) => {
      const plan = disordered(made.map(({ dueMs }) => dueMs), made.flatMap(({ repeatMs }, event) => repeatMs === null ? [] : [[event, repeatMs] as const]), 5)
      const { schedule, history, counters, send } = open(plan, { delaysMs: [10, 40], removesSubscription: true })
      const repeated = new Map<number, number>()
      let lastMs = -Infinity
      for (let steps = 0; !schedule.isOver && steps < 2_000; steps++) {
        if (steps === finishAt) schedule.finish()
        if (schedule.isOver) break
        const { event, atMs, isRepeat } = send(ends.next().value!)
        expect(atMs).toBeGreaterThanOrEqual(lastMs)
        lastMs = atMs
        if (!isRepeat) continue
        expect(history.attempts[event]).toBeGreaterThan(1)
        repeated.set(event, (repeated.get(event) ?? 0) + 1)
      }
      const { sent, unsent, attempts, open: stillOpen } = readCounters(counters)
      expect([schedule.isOver, sent + unsent, stillOpen]).toEqual([true, plan.eventCount, 0])
      expect(Math.max(0, ...repeated.values())).toBeLessThanOrEqual(1)
      expect(history.attempts.reduce((sum, count) => sum + count, 0)).toBe(attempts)
      for (let event = 0; event < plan.eventCount; event++) expect(history.attempts[event] - (repeated.get(event) ?? 0)).toBeLessThanOrEqual(3)
      if (finishAt === null && ![...history.unsent].some(reason => reason > 0) && history.outcome.every(ended => ended === ACKED)) expect(repeated.size).toBe(plan.repeats!.event.length)
    }), { numRuns: 60 })
  })
})
