import { monotonicMs, sleep } from '../clock.ts'
import type { ProcessUsage } from '../environment/environment.ts'
import { cpuBetween, readCpuTimes, type MachineCpu } from '../environment/machine-cpu.ts'
import { watchGuards } from '../guards/watch-guards.ts'
import type { Aborted, GuardedStatus } from '../guards/guard.ts'
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

/** From saying when the flood begins to its beginning, unless the engine needs more. */
const leastLeadMs = 100
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
  machineCpu: MachineCpu | null
  /** Set where a guard of the scenario ended the flood early. */
  aborted: Aborted | undefined
  /** Faults in force now, for the terminal. */
  inForce: Set<string>
}

/** Phase 4: sends the plan and runs the faults' schedule beside it; over when the last event was due and the last fault is healed, or at once where a guard ends it. */
export async function flood(prepared: Prepared, { plan }: Planned, arranged: Arranged, options: RunOptions): Promise<Flooded> {
  const { engine, servers, environment, journal, history } = arranged
  const { progress } = options
  const usageBefore = await totalUsage(arranged)
  const cpuBefore = readCpuTimes()
  const leadMs = Math.max(leastLeadMs, engine.leadMs ?? 0)
  const startedAtMs = monotonicMs() + leadMs
  const wallMs = Date.now() + leadMs
  const inForce = new Set<string>()
  servers.begin('flood', startedAtMs, wallMs)
  const sending = engine.send({ from: plan.warmUpCount, to: plan.eventCount, startedAtMs, wallMs })
  // Where the sender fails or another part of the harness dies, the flood is over at once: whatever is disturbed from then on proves nothing.
  const over = new AbortController()
  sending.catch(error => over.abort(error))
  const signal = AbortSignal.any([options.signal, over.signal])
  const unguarded = new AbortController()
  let aborted: Aborted | undefined

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
  // All are waited for even when one fails: nothing may be stopped while a fault is still being healed.
  const [disturbed, watched, guarded] = await Promise.allSettled([disturbing, watchFlood(), obeyGuards()])
  for (const part of [disturbed, watched, guarded]) if (part.status === 'rejected') throw part.reason
  const faults = (disturbed as PromiseFulfilledResult<FaultRecord[]>).value
  return { startedAtMs, wallMs, floodTick: tickOf(history.shape.epochMs, startedAtMs), faults, sending, usageBefore, machineCpu: cpuBetween(cpuBefore, readCpuTimes()), inForce, aborted }

  async function watchFlood(): Promise<void> {
    const endMs = startedAtMs + prepared.floodMs
    try {
      while (monotonicMs() < endMs && aborted === undefined) {
        await sleep(Math.min(statusEveryMs, Math.max(1, endMs - monotonicMs())), signal)
        progress.status(floodStatus(prepared, plan, arranged, startedAtMs, inForce))
        if (arranged.deaths.some(death => death.harness)) return over.abort()
      }
    } catch (error) {
      // What a guard has ended is a whole run all the same, and is judged as one.
      if (aborted === undefined) throw error
    } finally {
      unguarded.abort()
    }
  }

  /** The moment a guard comes true: no further attempt is started, and every fault is healed. */
  async function obeyGuards(): Promise<void> {
    aborted = await watchGuards(prepared.abortWhen, () => guardedStatus(prepared, plan, arranged, startedAtMs, inForce), AbortSignal.any([signal, unguarded.signal]))
    if (aborted === undefined) return
    progress.line(`aborted by ${aborted.guard}: ${aborted.reason}`)
    over.abort(new Error(aborted.reason))
    await engine.finish('interrupted')
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

/** What the guards look at: the same, and how attempts fail. */
function guardedStatus(...parts: Parameters<typeof floodStatus>): GuardedStatus {
  const { refused, indeterminate } = parts[2].engine.counters()
  return { ...floodStatus(...parts), refused, indeterminate }
}
