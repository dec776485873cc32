// The arithmetic that the load bench and the probes judge by: a yardstick that is wrong would calibrate everything wrongly.
import { expect, it } from 'vitest'

import { kneeOf, type SaturationStep } from '../../harness/load/autocannon/saturate.ts'
import { frozenServerLatencies } from '../bench/load/closed-form.ts'
import { instantsOf } from '../bench/load/peers/peer.ts'
import { bestPunctuality, punctualityOf } from '../bench/load/punctuality.ts'
import { quantile } from '../bench/load/table.ts'

const constant = instantsOf({ from: 200, to: 200, forMs: 16_000 })

it('has the closed form of a freeze: p90 is F - T/10, p99 F - T/100, where catching up takes no time', () => {
  const latencies = frozenServerLatencies(constant, { stillMs: [7_000, 9_000], answersPerMs: Number.POSITIVE_INFINITY })
  expect(latencies).toHaveLength(3_200)
  expect(quantile(latencies, 0.9)).toBeCloseTo(400, -1)
  expect(quantile(latencies, 0.99)).toBeCloseTo(1_840, -1)
  expect(quantile(latencies, 0.87)).toBe(0)
})

it('adds what the server needs to catch up, also for what is planned meanwhile', () => {
  // 400 have gathered and 0.2 more come each ms; at 1 a ms the queue is gone after 500 ms, and the last of the freeze waited 400 ms.
  const latencies = frozenServerLatencies(constant, { stillMs: [7_000, 9_000], answersPerMs: 1 })
  expect(latencies.filter(latency => latency > 1)).toHaveLength(500)
  expect(Math.max(...latencies)).toBeCloseTo(2_001, 0)
  expect(quantile(latencies, 0.9)).toBeGreaterThan(600)
})

it('draws a ramp whose integral is its number of events', () => {
  const ramp = instantsOf({ from: 100, to: 300, forMs: 10_000 })
  expect(ramp).toHaveLength(2_000)
  expect(ramp.findIndex(instant => instant >= 5_000)).toBe(750)
  expect(ramp.at(-1)).toBeLessThan(10_000)
})

it('calls a steady sender punctual, whether it says when it began or not', () => {
  const arrived = constant.map((instant, n) => 5_000 + instant + (n % 3) / 2)
  expect(punctualityOf(arrived.map((at, n) => at - 5_000 - constant[n]), arrived, 200)).toMatchObject({ onTime: 1, crowdedWindows: 0, lagP99Ms: 1 })
  expect(bestPunctuality(arrived, constant, 200)).toMatchObject({ onTime: 1, crowdedWindows: 0, lagP99Ms: 1 })
})

it('finds the sender that sends a tenth of a second at once', () => {
  const fast = instantsOf({ from: 2_000, to: 2_000, forMs: 4_000 })
  const arrived = fast.map(instant => Math.floor(instant / 100) * 100)
  const { onTime, crowdedWindows } = bestPunctuality(arrived, fast, 2_000)
  expect(onTime).toBeLessThan(0.05)
  expect(crowdedWindows).toBe(40)
})

function step(connections: number, perSecond: number): SaturationStep {
  return { connections, perSecond, acked: perSecond, otherAnswers: {}, errors: 0, clientBusy: 0.5 }
}

it('puts the knee where the fewest connections come near the highest rate, and nowhere where nothing was acknowledged', () => {
  expect(kneeOf([step(1, 900), step(2, 1_700), step(4, 2_950), step(8, 3_000), step(16, 2_800)])).toEqual({ connections: 4, perSecond: 2_950 })
  expect(kneeOf([step(1, 0), step(2, 0)])).toBeUndefined()
})
