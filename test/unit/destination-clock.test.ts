import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { monotonicMs, sleep } from '../../harness/clock.ts'
import { createArrivalWriter } from '../../harness/destination/arrivals.ts'
import { clockOffset, describeOffset, measureClock, type ClockExchange } from '../../harness/destination/clock-offset.ts'
import { arrivalBytes } from '../../harness/destination/protocol.ts'
import { createHistory, msOf } from '../../harness/history/history.ts'

/** An exchange with a clock that is `aheadMs` ahead, which took so long on the way there and back. */
function exchange(aheadMs: number, thereMs: number, backMs: number, askedMs = 1_000): ClockExchange {
  return { askedMs, otherMs: askedMs + thereMs + aheadMs, answeredMs: askedMs + thereMs + backMs }
}

test('the same clock is corrected by exactly nothing, however lopsided the way', () => {
  expect(clockOffset([exchange(0, 0, 0.4)])).toEqual({ offsetMs: 0, roundTripMs: expect.closeTo(0.4) })
  expect(clockOffset([exchange(0, 30, 0), exchange(0, 5, 0), exchange(0, 0, 12)])).toEqual({ offsetMs: 0, roundTripMs: 5 })
})

test.each([7_200_000, -7_200_000, 3, -3])('a clock %d ms ahead is known to half of the shortest round trip', aheadMs => {
  const { offsetMs, roundTripMs } = clockOffset([exchange(aheadMs, 40, 1), exchange(aheadMs, 0.9, 0.1), exchange(aheadMs, 1, 90)])
  expect(roundTripMs).toBeCloseTo(1)
  expect(Math.abs(offsetMs - aheadMs)).toBeLessThanOrEqual(0.5)
})

test('what cannot be told from none is none', () => {
  expect(clockOffset([exchange(0.3, 1, 1)]).offsetMs).toBe(0)
  expect(clockOffset([exchange(1.3, 1, 1)]).offsetMs).toBeCloseTo(1.3)
})

test('it is only spoken of where it is corrected', () => {
  expect(describeOffset({ offsetMs: 0, roundTripMs: 0.3 })).toBe('')
  expect(describeOffset({ offsetMs: -1_234.56, roundTripMs: 0.8 })).toBe('; their clock is 1234.6 ms behind, known to 0.4 ms, and all their times are corrected by it')
})

test('a clock in another place is asked until its offset is known', async () => {
  const shiftMs = 123_456
  const { offsetMs, roundTripMs } = await measureClock(async () => {
    await sleep(1)
    return monotonicMs() + shiftMs
  })
  expect(Math.abs(offsetMs - shiftMs)).toBeLessThanOrEqual(roundTripMs / 2)
})

test('arrivals stand in the history by the clock of the harness', () => {
  const epochMs = 50_000
  const history = createHistory(1, 1, epochMs)
  const row = Buffer.alloc(arrivalBytes)
  row.writeDoubleLE(epochMs + 250 + 7_000, 8)
  createArrivalWriter(history, 1, 7_000).arrivals(row)
  expect(msOf(history.deliveries[0].arrived[0])).toBeCloseTo(250, 0)
})

test('every process and thread reads the same clock to a part of a millisecond', async () => {
  const reads = `import(${JSON.stringify(join(import.meta.dirname, '../../harness/clock.ts'))}).then(({ monotonicMs }) => { const now = monotonicMs(); const exact = Number(process.hrtime.bigint()) / 1e6; process.stdout.write(String(exact - now)) })`
  const aheadMs = [1, 2, 3].map(() => Number(execFileSync(process.execPath, ['-e', reads], { encoding: 'utf8' })))
  expect(Math.min(...aheadMs)).toBeLessThan(0.5)
  expect(Math.min(...aheadMs)).toBeGreaterThan(-0.5)
})
