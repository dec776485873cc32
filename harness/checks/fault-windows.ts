import type { FaultRecord } from '../faults/fault.ts'
import { ticksPerMs } from '../history/history.ts'

/**
 * Tells for one event after another, in the order of their planned instants, whether it was planned while a fault or its declared recovery
 * was under way: from `installedAt` to `healedAt` plus the bound, never the measured recovery, by which the worst system would excuse itself most.
 * A fault that was never healed lasts for the rest of the run.
 */
export function faultWindows(faults: readonly FaultRecord[], recoveryBoundMs: number): (dueTick: number) => boolean {
  const windows = faults
    .map(fault => ({
      from: (fault.installedAt ?? fault.requestedAt) * ticksPerMs,
      to: fault.healedAt === null ? Infinity : (fault.healedAt + recoveryBoundMs) * ticksPerMs,
    }))
    .sort((a, b) => a.from - b.from)
  let next = 0
  let until = -1
  return dueTick => {
    while (next < windows.length && windows[next].from <= dueTick) until = Math.max(until, windows[next++].to)
    return dueTick <= until
  }
}
