import { describe, expect, test } from 'vitest'
import { decodeFromCompressedBase64 } from 'hdr-histogram-js'
import * as fc from 'fast-check'
import { judge } from '../../harness/checks/judge.ts'
import { TickHistogram } from '../../harness/checks/histogram.ts'
import { ACKED, INDETERMINATE, MUTATED, OPEN, REFUSED, ticksPerMs } from '../../harness/history/history.ts'
import { addFault, arriveAgain, holdBack, makeRun, refuse, takeAway } from './checks-made-run.ts'

describe('histogram', () => {
  test('any quantile is within a thousandth of the sorted values', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 1, maxLength: 200 }), fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
      const histogram = new TickHistogram()
      for (const value of values) histogram.record(value)
      const exact = values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * values.length) - 1)]
      expect(histogram.quantile(share)).toBeGreaterThanOrEqual(exact)
      expect(histogram.quantile(share)).toBeLessThanOrEqual(exact * 1.001)
    }))
  })

  test('an HDR reader sees the same values, in microseconds', () => {
    const histogram = new TickHistogram()
    for (let ticks = 1; ticks <= 100_000; ticks++) histogram.record(ticks)
    const read = decodeFromCompressedBase64(histogram.serialize())
    expect(read.totalCount).toBe(100_000)
    for (const share of [0.5, 0.9, 0.99, 0.999]) expect(Math.abs(read.getValueAtPercentile(share * 100) / (share * 1e6) - 1)).toBeLessThan(0.002)
    expect(histogram.percentiles()).toMatchObject({ max: 1_000, count: 100_000 })
  })

  test('cleared, it remembers nothing', () => {
    const histogram = new TickHistogram()
    histogram.record(123_456)
    histogram.clear()
    expect(histogram.percentiles()).toEqual({ p50: 0, p90: 0, p99: 0, p999: 0, max: 0, count: 0 })
  })
})

describe('latency', () => {
  test('three clocks, from the planned instant and from the send', () => {
    const { latencyMs } = judge(makeRun({ lagMs: 2, answerMs: 8, deliveryMs: 90 }), []).record
    expect(latencyMs.generatorLag).toEqual({ p50: 2, p90: 2, p99: 2, p999: 2, max: 2, count: 1_000 })
    expect([latencyMs.uncorrected.max, latencyMs.answer.max, latencyMs.delivery.max]).toEqual([8, 10, 100])
  })

  test('an attempt that is open at the end counts at its age, an absent event not at all', () => {
    const run = makeRun({ events: 100 })
    run.history.firstEnded[10] = 0
    run.history.firstOutcome[10] = OPEN
    takeAway(run, 10)
    const { answer, delivery } = judge(run, []).record.latencyMs
    expect(answer.max).toBe((run.endTick - run.floodTick) / ticksPerMs)
    expect([answer.count, delivery.count]).toEqual([100, 99])
  })

  test('delays inside and outside faults make up all of them', () => {
    const run = makeRun()
    addFault(run, 2_000, 4_000)
    const { delivery } = judge(run, []).record.histograms
    const [all, inside, outside] = [delivery.all, delivery.insideFaults, delivery.outsideFaults].map(text => decodeFromCompressedBase64(text).totalCount)
    expect([all, inside, outside]).toEqual([1_000, 401, 599])
  })

  test('what comes while a fault is being installed is inside it', () => {
    const run = makeRun()
    addFault(run, 2_000, 4_000, { requestedAt: 1_000 })
    expect(decodeFromCompressedBase64(judge(run, []).record.histograms.delivery.insideFaults).totalCount).toBe(501)
  })
})

describe('series', () => {
  test('a run of five seconds fills every column', () => {
    const { series } = judge(makeRun({ events: 500, perSecond: 100, settleMs: 1_000 }), [])
    expect(series.second).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(series.planned).toEqual([100, 100, 100, 100, 100, 0, 0])
    expect(series.attempts).toEqual(series.planned)
    expect(series.acked).toEqual(series.planned)
    expect(series.delivered).toEqual([90, 100, 100, 100, 100, 10, 0])
    expect(series.backlog).toEqual([10, 10, 10, 10, 10, 0, 0])
    expect(series.answerP99Ms).toEqual([5, 5, 5, 5, 5, null, null])
    expect(series.delayP50Ms).toEqual([100, 100, 100, 100, 100, null, null])
    for (const column of Object.values(series)) expect(column).toHaveLength(7)
  })

  test('retries count where they happen, those of the warm-up nowhere', () => {
    const run = makeRun({ events: 500, perSecond: 100 })
    refuse(run, 10)
    run.history.acked[10] = run.floodTick + 3_100 * ticksPerMs
    run.history.outcome[10] = ACKED
    run.history.deliveries[0].arrived[10] = run.floodTick + 1_550 * ticksPerMs // what it wrote before its answer was lost
    const retry = (event: number, number: number, sentMs: number, outcome: number) => ({ event, number, sent: run.floodTick + sentMs * ticksPerMs, ended: run.floodTick + (sentMs + 100) * ticksPerMs, status: 0, outcome })
    run.attempts.push(retry(10, 2, 1_500, INDETERMINATE), retry(10, 3, 3_000, ACKED), retry(3, 2, 1_000, REFUSED))
    const { series } = judge(run, [])
    expect(series.attempts.slice(0, 5)).toEqual([100, 101, 100, 101, 100])
    expect(series.refused.slice(0, 5)).toEqual([1, 0, 0, 0, 0])
    expect(series.indeterminate.slice(0, 5)).toEqual([0, 1, 0, 0, 0])
    expect(series.backlog.slice(0, 5)).toEqual([10, 10, 10, 10, 10])
  })

  test('a lost event stays in the backlog', () => {
    const run = makeRun()
    takeAway(run, 20)
    expect(judge(run, []).series.backlog.at(-1)).toBe(1)
  })
})

test('the worst shop and hour, with its counts', () => {
  const run = makeRun({ shops: 10 })
  for (const event of [12, 22, 515]) {
    takeAway(run, event)
    refuse(run, event)
  }
  // 10 s at a time scale of 3,600 are ten hours of 100 events.
  expect(judge(run, []).record.throughput).toEqual({ overall: 0.997, worstShopHour: { shop: 'shop-2', hour: 0, delivered: 8, planned: 10 } })
})

describe('stories', () => {
  test('each kind is told, with its attempts and arrivals', () => {
    const run = makeRun({ topics: ['orders/create', 'orders/paid'], warmUp: 10 })
    takeAway(run, 21)
    refuse(run, 30)
    takeAway(run, 30)
    run.attempts.push({ event: 30, number: 2, sent: run.floodTick + 500 * ticksPerMs, ended: 0, status: 0, outcome: OPEN })
    arriveAgain(run, 40, { effects: 2 })
    run.history.flags[50] |= MUTATED
    refuse(run, 60)
    holdBack(run, 70, 1)
    run.history.deliveries[0].arrived[80] += 900 * ticksPerMs
    const { stories } = judge(run, []).record
    const told = Object.fromEntries(stories.map(story => [story.event, story.why]))
    expect(told).toMatchObject({ 21: 'lost', 30: 'missed', 40: 'duplicated', 50: 'mutated', 60: 'refused but applied', 70: 'phantom', 80: 'latest' })
    expect(stories.find(story => story.event === 21)).toMatchObject({ order: 'order-10', shop: 'shop-0', topic: 'orders/paid', plannedAt: 110, arrivals: [{ destination: 'analytics', firstAt: null, arrivals: 0, effects: 0 }] })
    expect(stories.find(story => story.event === 30)!.attempts).toEqual([
      { number: 1, sentAt: 201, endedAt: 205, outcome: 'refused', status: 503 },
      { number: 2, sentAt: 500, endedAt: null, outcome: 'open', status: null },
    ])
  })

  test('a run in which all goes wrong has few of them', () => {
    const run = makeRun()
    for (let event = 0; event < run.plan.eventCount; event++) takeAway(run, event)
    expect(judge(run, []).record.stories).toHaveLength(4)
  })
})
