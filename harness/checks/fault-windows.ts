import type { FaultRecord } from '../faults/fault.ts'
import { ticksPerMs } from '../history/history.ts'

/**
 * Tells of an event's planned instant whether it lay in a fault or its declared recovery: from `requestedAt`, since what installing does comes before a probe
 * has seen all of it, to `healedAt` plus the bound, never the measured recovery, by which the worst system would excuse itself most. A fault that was never
 * healed lasts for the rest of the run.
 */
export function faultWindows(faults: readonly FaultRecord[], recoveryBoundMs: number): (dueTick: number) => boolean {
  const windows = faults.map(fault => ({
    from: fault.requestedAt * ticksPerMs,
    to: fault.healedAt === null ? Infinity : (fault.healedAt + recoveryBoundMs) * ticksPerMs,
  }))
  return dueTick => windows.some(({ from, to }) => dueTick >= from && dueTick <= to)
}
