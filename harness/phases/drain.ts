import type { ServersReport } from '../checks/observations.ts'
import type { SenderReport } from '../load/engine.ts'
import { monotonicMs, sleep } from '../clock.ts'
import type { Death, ProcessUsage } from '../environment/environment.ts'
import type { MachineCpu } from '../environment/machine-cpu.ts'
import { causeOf } from '../errors.ts'
import type { FaultRecord } from '../faults/fault.ts'
import type { Aborted } from '../guards/guard.ts'
import { tickOf, ticksPerMs, type History } from '../history/history.ts'
import type { RunOptions } from '../run-options.ts'
import { mustDurationMs } from '../scenario/duration.ts'
import type { Prepared } from '../scenario/prepare.ts'
import type { Arranged } from './arrange.ts'
import { floodStatus, statusEveryMs, type Flooded } from './flood.ts'
import type { Planned } from './plan.ts'
import { totalUsage, usageBetween } from './usage.ts'

/** How long the sender may take to end its open attempts once it has been told to start no more. */
const finishLimitMs = 40_000

/** All that was seen of the run; the system itself is gone by the time this is judged. */
export interface Observed {
  history: History
  floodStartedAtMs: number
  floodWallMs: number
  floodTick: number
  /** The history's tick at which the drain ended. */
  endTick: number
  drain: { ended: 'settled' | 'limit'; durationMs: number; settleMs: number; lastArrivalTick: number }
  faults: FaultRecord[]
  aborted: Aborted | undefined
  sender: SenderReport
  servers: ServersReport
  deaths: Death[]
  /** From the start of the flood to the end of the drain. */
  processes: ProcessUsage[]
  /** Over the flood. */
  machineCpu: MachineCpu | null
  versions: Readonly<Record<string, string>>
}

/**
 * Phase 5: waits until the sender's schedule is over and then until nothing has arrived for the settle time, so that late duplicates
 * are seen too; at the latest until the drain limit, where what is still under way stays pending.
 */
export async function drain(prepared: Prepared, { plan }: Planned, arranged: Arranged, flooded: Flooded, { signal, progress }: RunOptions): Promise<Observed> {
  const { engine, servers, environment, history, deaths } = arranged
  const { epochMs } = history.shape
  const settleMs = mustDurationMs(prepared.system.settle)
  const beganMs = monotonicMs()
  // A run that a guard has ended must do no more harm: it is given no time.
  const limitMs = flooded.aborted === undefined ? beganMs + mustDurationMs(prepared.scenario.drainLimit) : beganMs
  const harnessDied = (): boolean => deaths.some(death => death.harness)

  let scheduleOverMs = Number.POSITIVE_INFINITY
  let senderFailure: unknown
  const schedule = flooded.sending.catch(error => { senderFailure = error }).then(() => { scheduleOverMs = monotonicMs() })
  const quietSinceMs = (): number => Math.max(scheduleOverMs, epochMs + servers.progress.lastTick / ticksPerMs)
  let nextStatusMs = 0

  while (monotonicMs() < limitMs && monotonicMs() - quietSinceMs() < settleMs && !harnessDied()) {
    if (monotonicMs() >= nextStatusMs) {
      progress.status(floodStatus(prepared, plan, arranged, flooded.startedAtMs, flooded.inForce))
      nextStatusMs = monotonicMs() + statusEveryMs
    }
    await sleep(50, signal)
  }
  const settled = monotonicMs() - quietSinceMs() >= settleMs
  if (scheduleOverMs === Number.POSITIVE_INFINITY) {
    await engine.finish('interrupted')
    await Promise.race([schedule, sleep(finishLimitMs, signal)])
  }
  if (senderFailure !== undefined) throw senderFailure

  const strays = await flushServers(arranged)
  return {
    history,
    floodStartedAtMs: flooded.startedAtMs,
    floodWallMs: flooded.wallMs,
    floodTick: flooded.floodTick,
    endTick: tickOf(epochMs, monotonicMs()),
    drain: { ended: settled ? 'settled' : 'limit', durationMs: monotonicMs() - beganMs, settleMs, lastArrivalTick: servers.progress.lastTick },
    faults: flooded.faults,
    aborted: flooded.aborted,
    sender: await engine.report(),
    servers: strays,
    deaths,
    processes: usageBetween(flooded.usageBefore, await totalUsage(arranged)),
    machineCpu: flooded.machineCpu,
    versions: { ...environment.versions, ...(engine.program && { [engine.program.name]: engine.program.version }) },
  }
}

/** The destinations' report once all that had arrived is in the history. Where they give none they count as dead, which makes the run invalid. */
async function flushServers({ servers, deaths }: Arranged): Promise<ServersReport> {
  try {
    return await servers.flush()
  } catch (error) {
    if (!deaths.some(death => death.name === 'destinations')) deaths.push({ name: 'destinations', harness: true, how: `gave no answer: ${causeOf(error)}`, lastLines: [], atMs: monotonicMs() })
    return { unexpected: 0, unexpectedSamples: [], unreadable: 0, unreadableSamples: [], eventLoopDelayMs: { p50: 0, p99: 0, max: 0 } }
  }
}
