import { monotonicMs, sleep } from '../clock.ts'
import type { ProcessUsage } from '../environment/environment.ts'
import { disturb } from '../faults/disturb.ts'
import type { FaultRecord } from '../faults/fault.ts'
import { tickOf } from '../history/history.ts'
import type { Plan } from '../plan/plan.ts'
import type { FloodStatus } from '../progress.ts'
import type { RunOptions } from '../run-options.ts'
import type { Prepared } from '../scenario/prepare.ts'
import type { Arranged } from './arrange.ts'
import type { Planned } from './plan.ts'
import { totalUsage } from './usage.ts'

const leadMs = 100
export const statusEveryMs = 1_000

export interface Flooded {
  startedAtMs: number
  wallMs: number
  /** The history's tick at which the flood began. */
  floodTick: number
  faults: FaultRecord[]
  /** Ends when every event has been answered or given up; retries may go on long after the flood. */
  sending: Promise<void>
  usageBefore: ProcessUsage[]
  /** Faults in force now, for the terminal. */
  inForce: Set<string>
}

/** Phase 4: sends the plan and runs the faults' schedule beside it; over when the last event was due and the last fault is healed. */
export async function flood(prepared: Prepared, { plan }: Planned, arranged: Arranged, options: RunOptions): Promise<Flooded> {
  const { engine, servers, environment, journal, history } = arranged
  const { progress } = options
  const usageBefore = await totalUsage(arranged)
  const startedAtMs = monotonicMs() + leadMs
  const wallMs = Date.now() + leadMs
  const inForce = new Set<string>()
  servers.begin('flood', startedAtMs, wallMs)
  const sending = engine.send({ from: plan.warmUpCount, to: plan.eventCount, startedAtMs, wallMs })
  // Where the sender fails or another part of the harness dies, the flood is over at once: whatever is disturbed from then on proves nothing.
  const over = new AbortController()
  sending.catch(error => over.abort(error))
  const signal = AbortSignal.any([options.signal, over.signal])

  const disturbing = disturb({
    environment, journal, signal,
    faults: prepared.faults,
    floodStartedAtMs: startedAtMs,
    counters: () => engine.counters(),
    onEvent: event => {
      progress.line(event.text)
      if (event.kind === 'installed') inForce.add(event.label)
      if (event.kind === 'healed') inForce.delete(event.label)
    },
  })
  // Both are waited for even when one fails: nothing may be stopped while a fault is still being healed.
  const [disturbed, watched] = await Promise.allSettled([disturbing, watchFlood()])
  if (disturbed.status === 'rejected') throw disturbed.reason
  if (watched.status === 'rejected') throw watched.reason
  const faults = disturbed.value
  return { startedAtMs, wallMs, floodTick: tickOf(history.shape.epochMs, startedAtMs), faults, sending, usageBefore, inForce }

  async function watchFlood(): Promise<void> {
    const endMs = startedAtMs + prepared.floodMs
    while (monotonicMs() < endMs) {
      await sleep(Math.min(statusEveryMs, Math.max(1, endMs - monotonicMs())), signal)
      progress.status(floodStatus(prepared, plan, arranged, startedAtMs, inForce))
      if (arranged.deaths.some(death => death.harness)) return over.abort()
    }
  }
}

/** What the terminal shows of the flood and the drain. */
export function floodStatus(prepared: Prepared, plan: Plan, { engine, servers }: Arranged, startedAtMs: number, inForce: ReadonlySet<string>): FloodStatus {
  const counters = engine.counters()
  const delivered = servers.progress.delivered - plan.warmUpCount
  return {
    elapsedMs: monotonicMs() - startedAtMs,
    floodMs: prepared.floodMs,
    planned: plan.eventCount - plan.warmUpCount,
    sent: counters.sent,
    acked: counters.acked,
    delivered,
    backlog: Math.max(0, counters.acked - delivered),
    waitingForRetry: counters.waitingForRetry,
    faults: [...inForce],
  }
}
