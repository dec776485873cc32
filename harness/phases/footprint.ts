// What the events of a run take in memory, known before one of them is planned.
import { totalmem } from 'node:os'
import { bytesPerAccount } from '../checks/accounts.ts'
import { inWords } from '../checks/wording.ts'
import { bytesPerEvent } from '../history/history.ts'
import type { Impossible } from '../plan/impossible.ts'
import { planBytesPerEvent } from '../plan/plan.ts'
import type { Prepared } from '../scenario/prepare.ts'

export interface Footprint {
  events: number
  /** Of each event: its columns of the plan, of the history, and of what judging adds. */
  bytesPerEvent: { plan: number; history: number; judging: number }
  bytes: number
  /** What all events together may take here. */
  limitBytes: number
}

/** The rest of the memory is for the system, its destinations and the sender. */
const shareOfMemory = 0.5

/** `memoryBytes` is what this machine has, or what its container may use. */
export function footprintOf(events: number, { load, system }: Pick<Prepared, 'load' | 'system'>, memoryBytes: number = usableMemory()): Footprint {
  const each = { plan: planBytesPerEvent(load.realism, load.senders), history: bytesPerEvent(Object.keys(system.destinations).length), judging: bytesPerAccount }
  return { events, bytesPerEvent: each, bytes: events * (each.plan + each.history + each.judging), limitBytes: memoryBytes * shareOfMemory }
}

export function footprintProblems({ events, bytesPerEvent: { plan, history, judging }, bytes, limitBytes }: Footprint): Impossible[] {
  if (bytes <= limitBytes) return []
  const width = plan + history + judging
  return [{
    problem: `load.shape: ${inWords(events)} events x ${width} bytes (plan ${plan}, history ${history}, judging ${judging}) = ${inBytes(bytes)}; half of this machine's memory is ${inBytes(limitBytes)}, which is ${inWords(Math.floor(limitBytes / width))} events`,
    hint: 'lower the rate, or shorten the flood (scaled() runs a long shape faster)',
  }]
}

function usableMemory(): number {
  const constrained = process.constrainedMemory()
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem()
}

/** `17.4 GB`, in powers of ten. */
function inBytes(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
}
