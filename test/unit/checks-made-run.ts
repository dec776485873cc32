import type { Observations } from '../../harness/checks/observations.ts'
import type { Death } from '../../harness/environment/environment.ts'
import type { FaultRecord } from '../../harness/faults/fault.ts'
import type { Attempt } from '../../harness/history/attempts.ts'
import { ACKED, createHistory, NONE, REFUSED, ticksPerMs, type INDETERMINATE } from '../../harness/history/history.ts'
import type { Plan } from '../../harness/plan/plan.ts'

/** Runs made by hand: everything went well, until a test does something to them. */
export interface MadeRun extends Observations {
  attempts: Attempt[]
  faults: FaultRecord[]
  deaths: Death[]
}

interface Making {
  /** Events of the flood; `warmUp` more come before them. */
  events?: number
  warmUp?: number
  perSecond?: number
  destinations?: string[]
  shops?: number
  topics?: string[]
  /** Planned -> sent, sent -> answered, answered -> arrived. */
  lagMs?: number
  answerMs?: number
  deliveryMs?: number
  settleMs?: number
}

const floodAtMs = 2_000

export function makeRun({ events = 1_000, warmUp = 10, perSecond = 100, destinations = ['analytics'], shops = 7, topics = ['orders/create'], lagMs = 1, answerMs = 4, deliveryMs = 95, settleMs = 5_000 }: Making = {}): MadeRun {
  const floodMs = (events / perSecond) * 1000
  const plan: Plan = {
    seed: 1, hash: 'made', eventCount: warmUp + events, warmUpCount: warmUp,
    dueTicks: Uint32Array.from({ length: warmUp + events }, (_, event) => (event < warmUp ? event : Math.floor(((event - warmUp) / perSecond) * 1000 * ticksPerMs))),
    shop: Uint16Array.from({ length: warmUp + events }, (_, event) => event % shops),
    shops: Array.from({ length: shops }, (_, shop) => `shop-${shop}`),
    topics, floodMs, peakPerSecond: perSecond,
  }
  const history = createHistory(plan.eventCount, destinations.length, 0)
  const floodTick = floodAtMs * ticksPerMs
  for (let event = 0; event < plan.eventCount; event++) {
    history.firstSent[event] = (event < warmUp ? 1 : floodTick) + plan.dueTicks[event] + lagMs * ticksPerMs
    history.firstEnded[event] = history.acked[event] = history.firstSent[event] + answerMs * ticksPerMs
    history.status[event] = 200
    history.firstOutcome[event] = history.outcome[event] = ACKED
    history.attempts[event] = 1
    for (const delivery of history.deliveries) {
      delivery.arrived[event] = history.acked[event] + deliveryMs * ticksPerMs
      delivery.arrivals[event] = delivery.effects[event] = 1
    }
  }
  const awake = { p50: 1, p99: 5, max: 9 }
  return {
    plan, history, attempts: [], corpus: { orderId: order => `order-${order}` }, destinations, timeScale: 3600,
    floodTick, endTick: floodTick + (floodMs + deliveryMs + settleMs) * ticksPerMs,
    faults: [], guards: 0, lateAfterMs: 60_000, recoveryBoundMs: 2_000,
    drain: { ended: 'settled', durationMs: settleMs + deliveryMs, settleMs },
    sender: { engine: 'native', lagMs: awake, eventLoopDelayMs: awake, sent: events, unsent: {}, attempts: events, waitedForSocket: 0, maxSockets: 100, subscriptionsRemoved: 0 },
    servers: { unexpected: 0, unexpectedSamples: [], unreadable: 0, unreadableSamples: [], eventLoopDelayMs: awake },
    deaths: [], processes: [{ name: 'ingest', cpuMicroseconds: 1, peakRssBytes: 1 }], generator: { lagP99Ms: 50, unsent: 0 },
  }
}

/** Absent at one destination, or at all of them. */
export function takeAway({ history }: MadeRun, event: number, from?: number): void {
  for (const [index, delivery] of history.deliveries.entries()) if (from === undefined || from === index) delivery.arrived[event] = delivery.arrivals[event] = delivery.effects[event] = 0
}

/** Ended otherwise than acked, in all its attempts. */
export function refuse({ history }: MadeRun, event: number, outcome: typeof REFUSED | typeof INDETERMINATE = REFUSED): void {
  history.acked[event] = 0
  history.status[event] = outcome === REFUSED ? 503 : 0
  history.firstOutcome[event] = history.outcome[event] = outcome
}

/** Never sent, for a reason of `unsentReasons`; it stays at the destinations until it is taken away. */
export function holdBack({ history, sender }: MadeRun, event: number, reason: number): void {
  history.firstSent[event] = history.firstEnded[event] = history.acked[event] = history.status[event] = history.attempts[event] = 0
  history.firstOutcome[event] = history.outcome[event] = NONE
  history.unsent[event] = reason
  sender.sent--
}

export function arriveAgain({ history }: MadeRun, event: number, { effects }: { effects: number }, at = 0): void {
  history.deliveries[at].arrivals[event] = 2
  history.deliveries[at].effects[event] = effects
}

/** A fault that was installed, observed and healed at these ms of the flood. */
export function addFault(run: MadeRun, installedAt: number, healedAt: number | null, more: Partial<FaultRecord> = {}): void {
  run.faults.push({ id: `fault-${run.faults.length}`, kind: 'kill', target: 'queue', parameters: {}, requestedAt: installedAt, installedAt, observedAt: installedAt, observedBy: 'traffic', healedAt, evidence: [], ...more })
}

/** The drain met its limit this long after the flood, with the pipeline's last signs of life where the history has them. */
export function cutOff(run: MadeRun, afterFloodMs: number): void {
  run.drain.ended = 'limit'
  run.drain.durationMs = afterFloodMs
  run.endTick = run.floodTick + (run.plan.floodMs + afterFloodMs) * ticksPerMs
}
