import { describe, expect, test } from 'vitest'
import { createArrivalLog } from '../../harness/destination/arrival-log.ts'
import { createArrivalWriter } from '../../harness/destination/arrivals.ts'
import type { EventFinder } from '../../harness/destination/event-finder.ts'
import { IdempotencyWindow } from '../../harness/destination/idempotency.ts'
import { delaySampler } from '../../harness/destination/latency.ts'
import { frame, frameReader, frameTypes, unknownEvent } from '../../harness/destination/protocol.ts'
import { createHistory, DUPLICATED, LISTED, LISTED_BEFORE_ARRIVAL, MUTATED } from '../../harness/history/history.ts'

/** Finds the event whose number is the event id; "mutated" as amount marks a mutation. */
const byNumber: EventFinder = {
  begin() {},
  find: delivery => ('eventId' in delivery && delivery.eventId !== 'phantom' ? Number(delivery.eventId) : unknownEvent),
  isMutated: (_, delivery) => delivery.amount === 'mutated',
}

/** A log whose frames go straight into a history of ten events and two destinations. */
function logInto(epochMs = 0) {
  const history = createHistory(10, 2, epochMs)
  const writer = createArrivalWriter(history, 1, 0)
  const read = frameReader((type, payload) => (type === frameTypes.arrivals ? writer.arrivals(payload) : writer.listed(payload)))
  return { history, writer, log: createArrivalLog(['a', 'b'], byNumber, read) }
}

const delivery = (eventId: string, amount = '1.00') => ({ eventId, amount, currency: 'USD' })

describe('idempotency window', () => {
  test('a key has one effect inside the window and another one after it', () => {
    const window = new IdempotencyWindow(1_000)
    expect(window.take('k', 0)).toBe(true)
    expect(window.take('k', 999)).toBe(false)
    expect(window.take('k', 3_001)).toBe(true)
  })

  test('a key taken late in one generation is still known for a whole window', () => {
    const window = new IdempotencyWindow(1_000)
    window.take('other', 0)
    window.take('k', 900)
    expect(window.take('k', 1_850)).toBe(false)
  })
})

describe('arrivals', () => {
  test('an event is delivered once every destination has it, and arrivals and effects are counted apart', () => {
    const { history, writer, log } = logInto()
    log.arrived('a', delivery('3'), true, 10)
    log.arrived('a', delivery('3'), false, 11)
    log.flush()
    expect(writer.progress.delivered).toBe(0)
    log.arrived('b', delivery('3'), true, 12)
    log.flush()
    expect(writer.progress.delivered).toBe(1)
    expect([history.deliveries[0].arrived[3], history.deliveries[0].arrivals[3], history.deliveries[0].effects[3]]).toEqual([1_000, 2, 1])
    expect(history.flags[3]).toBe(0)
  })

  test('a second effect and a mutation are flagged on their event', () => {
    const { history, log } = logInto()
    log.arrived('a', delivery('1'), true, 10)
    log.arrived('a', delivery('1'), true, 20)
    log.arrived('a', delivery('2', 'mutated'), true, 20)
    log.flush()
    expect([history.flags[1], history.flags[2]]).toEqual([DUPLICATED, MUTATED])
  })

  test('an order listed before it arrived is told from one listed after', () => {
    const { history, log } = logInto()
    log.arrived('a', delivery('4'), true, 10)
    log.arrived('b', delivery('4'), true, 10)
    log.flush()
    log.listed(4, 20)
    log.listed(5, 20)
    log.flush()
    expect([history.flags[4], history.flags[5]]).toEqual([LISTED, LISTED | LISTED_BEFORE_ARRIVAL])
  })

  test('a million unexpected deliveries are counted and only a few described', () => {
    const { log, writer } = logInto()
    for (let n = 0; n < 1_000_000; n++) log.arrived('a', delivery('phantom'), true, 1)
    log.flush()
    expect(log.strays().unexpected).toBe(1_000_000)
    expect(log.strays().unexpectedSamples).toHaveLength(20)
    expect(writer.progress).toMatchObject({ delivered: 0, arrivals: 1_000_000 })
  })

  test('what correlate could not read is told without the payload', () => {
    const { log } = logInto()
    log.unreadable('a', new Error('x'.repeat(10_000)))
    expect(log.strays().unreadable).toBe(1)
    expect(log.strays().unreadableSamples[0].length).toBeLessThan(300)
  })
})

describe('frames', () => {
  test('come out whole however the stream was cut', () => {
    const sent = Buffer.concat([frame(1, Buffer.from('one')), frame(2, Buffer.alloc(0)), frame(3, Buffer.alloc(70_000, 7))])
    for (const size of [1, 2, 5, 7, 4_096, sent.length]) {
      const got: [number, number][] = []
      const read = frameReader((type, payload) => got.push([type, payload.length]))
      for (let at = 0; at < sent.length; at += size) read(sent.subarray(at, at + size))
      expect(got).toEqual([[1, 3], [2, 0], [3, 70_000]])
    }
  })
})

describe('latency', () => {
  test('without a p99 it is constant; with one, median and 99th percentile are what was asked for', () => {
    let state = 1
    const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
    expect(delaySampler({ p50: '100ms' }, random)()).toBe(100)
    const sample = delaySampler({ p50: '100ms', p99: '1s' }, random)
    const drawn = Float64Array.from({ length: 50_000 }, sample).sort()
    expect(drawn[25_000]).toBeGreaterThan(95)
    expect(drawn[25_000]).toBeLessThan(105)
    expect(drawn[49_500]).toBeGreaterThan(850)
    expect(drawn[49_500]).toBeLessThan(1_150)
  })
})
