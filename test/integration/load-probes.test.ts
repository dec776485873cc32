// The two probes that calibrate an instrument, in short: a server that stands still for a while, and one that answers after a constant time. The truth is
// what the server itself noted, so a slow machine makes the test slower and not wrong. The long form, on every engine: npm run bench:load.
import { join } from 'node:path'
import { expect, it } from 'vitest'

import { measureLatency } from '../../harness/checks/latency.ts'
import { monotonicMs, sleep } from '../../harness/clock.ts'
import { createHistory, tickOf, ticksPerMs } from '../../harness/history/history.ts'
import { startNativeEngine } from '../../harness/load/native/engine.ts'
import { frozenServerLatencies } from '../bench/load/closed-form.ts'
import { instantsOf, type Pace } from '../bench/load/peers/peer.ts'
import { firstOrderId, planOf } from '../bench/load/plan.ts'
import { startRawServer, type RawServer } from '../bench/load/server.ts'
import type { Arrivals } from '../bench/load/server-main.ts'
import { quantile } from '../bench/load/table.ts'
import { noRetries, secret, temporaryFolder } from '../fixtures/load.ts'

/** Sends a pace with the native engine and reads it as a run record would. */
async function readPace(server: RawServer, pace: Pace, maxSockets: number, meanwhile: () => Promise<void>) {
  const plan = planOf(Uint32Array.from(instantsOf(pace), ms => Math.round(ms * ticksPerMs)))
  const history = createHistory(plan.eventCount, 0, monotonicMs())
  await using folder = await temporaryFolder()
  const engine = await startNativeEngine({
    plan, history, secret, maxSockets,
    corpus: plan,
    url: server.url,
    retries: { ...noRetries, totalTimeoutMs: 10_000 },
    timeScale: 1,
    refusedStatuses: [],
    attemptsFile: join(folder.path, 'attempts.bin'),
  })
  try {
    const startedAtMs = monotonicMs() + 50
    await Promise.all([engine.send({ from: 0, to: plan.eventCount, startedAtMs, wallMs: Date.now() + 50 }), meanwhile()])
    const floodTick = tickOf(history.shape.epochMs, startedAtMs)
    const accounts = { deliveredAt: new Uint32Array(plan.eventCount) }
    const { percentiles } = measureLatency({ plan, history, floodTick, endTick: tickOf(history.shape.epochMs, monotonicMs()), faults: [], recoveryBoundMs: 0, accounts })
    return { ...percentiles, counters: engine.counters(), plannedMs: Float64Array.from(plan.dueTicks, tick => startedAtMs + tick / ticksPerMs), arrivals: await server.arrivals() }
  } finally {
    await engine.close()
  }
}

/** From planned to answered as the server noted it, in order: on a busy machine it takes a while after the thaw, which is no error of who reads. */
function latenciesAtServer(plannedMs: Float64Array, { answeredMs, ids }: Arrivals): Float64Array {
  const firstId = firstOrderId()
  return answeredMs.map((answered, n) => answered - plannedMs[ids[n] - firstId]).sort()
}

it.each([{ name: 'constant rate', pace: { from: 200, to: 200, forMs: 5_000 } }, { name: 'ramp', pace: { from: 50, to: 350, forMs: 5_000 } }])('reads the closed form of a frozen server at a $name, and loses nothing', async ({ pace }) => {
  await using server = await startRawServer()
  await server.reset({ note: true })
  // So few sockets that most of the second's events are sent after it: from the send they would look answered at once.
  const { answer, uncorrected, counters, plannedMs, arrivals } = await readPace(server, pace, 8, async () => {
    await sleep(2_000)
    await server.freeze(1_000)
  })
  expect(counters).toMatchObject({ sent: plannedMs.length, acked: plannedMs.length, attempts: plannedMs.length, unsent: 0 })
  expect(arrivals.count).toBe(plannedMs.length)
  const truth = latenciesAtServer(plannedMs, arrivals)
  const closedForm = frozenServerLatencies(plannedMs, { stillMs: arrivals.stillMs, answersPerMs: Number.POSITIVE_INFINITY })
  for (const [share, read] of [[0.9, answer.p90], [0.99, answer.p99]] as const) {
    const expected = quantile(truth, share)
    expect(quantile(closedForm, share), `closed form of p${share * 100}`).toBeGreaterThan(300)
    expect(expected, 'no answer comes before the freeze would have let it').toBeGreaterThan(quantile(closedForm, share) - 10)
    expect(Math.abs(read - expected), `p${share * 100} is ${read} ms, at the server ${expected} ms`).toBeLessThan(0.15 * expected + 60)
  }
  // What the probe is for: the uncorrected reading does not know of the freeze.
  expect(uncorrected.p90).toBeLessThan(answer.p90 / 2)
}, 30_000)

it.each([20, 80])('reads a constant latency of %d ms at every rate', async answerAfterMs => {
  await using server = await startRawServer()
  for (const rate of [50, 500]) {
    await server.reset({ note: true, answerAfterMs })
    const { answer, arrivals } = await readPace(server, { from: rate, to: rate, forMs: 1_000 }, 256, async () => {})
    const held = quantile(arrivals.answeredMs.map((answered, n) => answered - arrivals.arrivedMs[n]).sort(), 0.5)
    expect(held).toBeGreaterThan(answerAfterMs - 2)
    expect(answer.p50).toBeGreaterThan(held - 1)
    expect(answer.p50).toBeLessThan(held * 1.25 + 10)
  }
}, 30_000)
