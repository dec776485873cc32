// The native engine in a process of its own, so that its CPU time and memory are its alone: every body unique and signed, every attempt recorded as in a run.
import { join } from 'node:path'

import { measureLatency } from '../../../../harness/checks/latency.ts'
import type { Percentiles } from '../../../../harness/checks/histogram.ts'
import { monotonicMs } from '../../../../harness/clock.ts'
import { ACKED, createHistory, tickOf, ticksPerMs } from '../../../../harness/history/history.ts'
import { startNativeEngine } from '../../../../harness/load/native/engine.ts'
import { planOf } from '../plan.ts'
import { shareOnTime } from '../punctuality.ts'
import { instantsOf, warmMs, type Pace } from './peer.ts'

/** Everything at once, or at a pace. The bench removes the folder. */
export type NativeLoad = { url: string; sockets: number; folder: string } & ({ events: number } | { pace: Pace })

export interface NativeReading {
  startedAtMs: number
  missing: number
  /** From the planned instant and from the send, as the run record has them. */
  answer: Percentiles
  uncorrected: Percentiles
  leftOnTime: number
}

/** Time for the thread to be ready before the first event is due. */
const leadMs = 100

const load = JSON.parse(process.argv[2]) as NativeLoad
const plan = planOf('pace' in load ? Uint32Array.from(instantsOf(load.pace), ms => Math.round(ms * ticksPerMs)) : new Uint32Array(load.events))

const history = createHistory(plan.eventCount, 1, monotonicMs())
const engine = await startNativeEngine({
  plan, history,
  url: load.url,
  secret: 'bench',
  maxSockets: load.sockets,
  corpus: plan,
  retries: { name: 'none', connectTimeoutMs: 1_000, totalTimeoutMs: 5_000, delaysMs: [], jitter: 0, removesSubscription: false },
  timeScale: 1,
  refusedStatuses: [],
  attemptsFile: join(load.folder, 'attempts.bin'),
})
const startedAtMs = monotonicMs() + leadMs
await engine.send({ from: 0, to: plan.eventCount, startedAtMs, wallMs: Date.now() + leadMs })
await engine.close()

const tick = (ms: number): number => tickOf(history.shape.epochMs, ms)
const { percentiles } = measureLatency({ plan, history, floodTick: tick(startedAtMs), endTick: tick(monotonicMs()), faults: [], recoveryBoundMs: 0, accounts: { deliveredAt: new Uint32Array(plan.eventCount) } })
const lagMs = Float64Array.from(plan.dueTicks, (due, event) => due < warmMs * ticksPerMs ? Number.NaN : (history.firstSent[event] - tick(startedAtMs) - due) / ticksPerMs)
const reading: NativeReading = { startedAtMs, leftOnTime: shareOnTime(lagMs.filter(lag => !Number.isNaN(lag)).sort()), missing: history.outcome.reduce((sum, outcome) => sum + (outcome === ACKED ? 0 : 1), 0), answer: percentiles.answer, uncorrected: percentiles.uncorrected }
console.log(JSON.stringify(reading))
