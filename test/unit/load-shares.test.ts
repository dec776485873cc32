// The plan shared out among sender threads, and what they say put together again.
import fc from 'fast-check'
import { expect, it } from 'vitest'

import { TickHistogram } from '../../harness/checks/histogram.ts'
import { senderProblems } from '../../harness/phases/senders.ts'
import { busiestShare, shareOut } from '../../harness/load/native/shares.ts'
import { mergeReports, type ThreadReport } from '../../harness/load/native/thread-report.ts'
import { eventAt, placeOf, type Plan } from '../../harness/plan/plan.ts'
import { demandProblems } from '../../harness/plan/demand.ts'
import type { Load } from '../../harness/scenario/scenario.ts'
import { planOf } from '../fixtures/load.ts'

/** Events with these shops, in a warm-up and a flood; where they are disordered, each part in an order of its own. */
const plans = fc.record({ shops: fc.array(fc.nat(6), { minLength: 1, maxLength: 60 }), warmUp: fc.nat(20), disordered: fc.boolean() }).map(({ shops, warmUp, disordered }): Plan => {
  const plan = planOf(shops.map((_, event) => event), 7)
  const warmUpCount = Math.min(warmUp, shops.length - 1)
  const events = shops.map((_, event) => event)
  const sendOrder = disordered ? Uint32Array.from([...events.slice(0, warmUpCount).reverse(), ...events.slice(warmUpCount).reverse()]) : undefined
  const repeated = events.slice(warmUpCount).filter(event => event % 3 === 0)
  const repeats = disordered ? { event: Uint32Array.from(repeated), dueTicks: Uint32Array.from(repeated, event => event * 100 + 1) } : undefined
  return { ...plan, warmUpCount, shop: Uint16Array.from(shops), ...(sendOrder && { sendOrder }), ...(repeats && { repeats }) }
})

it('gives each event to one thread, a shop to one thread, in the order in which they are sent, with the part that they belong to', () => {
  fc.assert(fc.property(plans, fc.integer({ min: 1, max: 5 }), (plan, senders) => {
    const { shares, senderOf } = shareOut(plan, 64, senders)
    const order = Array.from(plan.shop, (_, place) => eventAt(plan, place))
    for (const [sender, share] of shares.entries()) {
      const own = order.filter(event => senderOf[plan.shop[event]] === sender)
      const placesOf = (from: number, to: number): number[] => {
        const events: number[] = []
        for (let place = placeOf(share.plan, from); place < placeOf(share.plan, to); place++) events.push(eventAt(share.plan, place))
        return events
      }
      expect(placesOf(0, plan.warmUpCount)).toEqual(own.filter(event => event < plan.warmUpCount))
      expect(placesOf(plan.warmUpCount, plan.eventCount)).toEqual(own.filter(event => event >= plan.warmUpCount))
      expect(share.events).toBe(own.length)
      const repeats = Array.from(plan.repeats?.event ?? [], (event, at) => [event, plan.repeats!.dueTicks[at]]).filter(([event]) => senderOf[plan.shop[event]] === sender)
      expect(Array.from(share.plan.repeats?.event ?? [], (event, at) => [event, share.plan.repeats!.dueTicks[at]])).toEqual(repeats)
    }
  }))
})

it('splits sockets by events, one at least, and never more than there are', () => {
  fc.assert(fc.property(plans, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 5, max: 3_000 }), (plan, senders, maxSockets) => {
    const sockets = shareOut(plan, maxSockets, senders).shares.map(share => share.maxSockets)
    expect(sockets.reduce((sum, one) => sum + one, 0)).toBe(maxSockets)
    expect(Math.min(...sockets)).toBeGreaterThanOrEqual(1)
  }))
  const skewed = { ...planOf(Array.from({ length: 100 }, () => 0), 5), shop: Uint16Array.from({ length: 100 }, (_, event) => (event < 80 ? 0 : 1 + (event % 4))) }
  expect(shareOut(skewed, 102, 2).shares.map(({ events, maxSockets }) => [events, maxSockets])).toEqual([[80, 81], [20, 21]])
})

it('leaves the plan of one thread as it is', () => {
  const plan = planOf([0, 1, 2], 2)
  expect(shareOut(plan, 9, 1).shares).toEqual([{ plan, events: 3, maxSockets: 9 }])
  expect(shareOut(plan, 9, 1).shares[0].plan).toBe(plan)
})

it('says what the busiest thread has: no number of threads splits a shop', () => {
  const even = planOf(Array.from({ length: 400 }, () => 0), 40)
  expect(busiestShare(even, 1)).toBe(1)
  expect(busiestShare(even, 4)).toBe(0.25)
  const sale = { ...even, shop: even.shop.map((shop, event) => (event % 2 === 0 ? 0 : shop)) }
  expect([busiestShare(sale, 2), busiestShare(sale, 8)]).toEqual([0.5, 0.5])
  const problemsOf = (share: number) => demandProblems({ attemptsPerSecond: 70_000, sockets: 10 }, { maxSockets: 10, busiestShare: share }, 10_000).map(({ problem }) => problem)
  expect(problemsOf(0.5)).toEqual([])
  expect(problemsOf(0.6)).toEqual([expect.stringContaining('one sender keeps up with 40000, and the busiest of them has 60 % of it')])
})

it('refuses more threads than cores, with the arithmetic', () => {
  const problems = (senders: number) => senderProblems({ load: { senders } as Load }, 4)
  expect(problems(4)).toEqual([])
  expect(problems(5)).toEqual([{ problem: expect.stringContaining('load.senders: 5 threads'), hint: 'lower senders to 4 at most' }])
})

it('merges lags as if one thread had measured them all', () => {
  const lags = fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { maxLength: 50 })
  fc.assert(fc.property(lags, lags, (one, other) => {
    const histogramOf = (values: number[]): TickHistogram => {
      const histogram = new TickHistogram()
      for (const value of values) histogram.record(value)
      return histogram
    }
    const merged = histogramOf(one)
    merged.add(structuredClone(histogramOf(other).snapshot()))
    expect(merged.percentiles()).toEqual(histogramOf([...one, ...other]).percentiles())
  }))
})

it('adds up what threads report, and keeps the worst of what one cannot make up for another', () => {
  const behind = { ms: 0, cpuMs: 0, waitedForCoreMs: 0, stolenMs: 0, withoutSocketMs: 0, socketMs: 0, attempts: 0 }
  const reportOf = (lagTicks: number, more: Partial<ThreadReport>): ThreadReport => {
    const lag = new TickHistogram()
    lag.record(lagTicks)
    const own = lagTicks / 100
    return { engine: 'native', lagMs: { p50: own, p99: own, max: own }, eventLoopDelayMs: { p50: 1, p99: 2, max: 3 }, sent: 5, unsent: { unsubscribed: 1 }, attempts: 7, waitedForSocket: 2, maxSockets: 10, subscriptionsRemoved: 1, disagreements: [], lag: lag.snapshot(), behind, ...more }
  }
  const merged = mergeReports([reportOf(100, {}), reportOf(400, { sent: 10, unsent: { unsubscribed: 2, interrupted: 3 }, eventLoopDelayMs: { p50: 0, p99: 60, max: 80 }, disagreements: ['one'], behind: { ...behind, ms: 9 } })], [{ name: 'sender 1', events: 6 }, { name: 'sender 2', events: 15 }])
  expect(merged).toEqual({
    engine: 'native', lagMs: { p50: 1, p99: 4, max: 4 }, eventLoopDelayMs: { p50: 1, p99: 60, max: 80 },
    sent: 15, unsent: { unsubscribed: 3, interrupted: 3 }, attempts: 14, waitedForSocket: 4, maxSockets: 20, subscriptionsRemoved: 2, disagreements: ['one'],
    threads: [{ name: 'sender 1', events: 6, maxSockets: 10, behind }, { name: 'sender 2', events: 15, maxSockets: 10, behind: { ...behind, ms: 9 } }],
  })
})
