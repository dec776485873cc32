/** What a run's faults did, in words: `queue killed`, `22.4 s in all`. */
import { doneTo } from './fault-words.ts'
import { formatMs } from './format.ts'
import type { RunRecord } from './record.ts'

export type FaultRow = RunRecord['faults'][number]

/** `kill queue`: the fault as a label. */
export function faultLabel(fault: FaultRow): string {
  return `${fault.kind} ${fault.target}`
}

/** `latency 300ms, share 0.3`: how it was asked for; empty where the kind says all. */
export function faultParameters(fault: FaultRow): string {
  return Object.entries(fault.parameters).map(([name, value]) => `${name} ${value}`).join(', ')
}

/** When a fault was in force, ms since the flood began; undefined where it never was. One that was not healed lasts to the end of the run. */
export function faultWindow(fault: FaultRow, endMs: number): { fromMs: number; toMs: number } | undefined {
  return fault.installedAt === null ? undefined : { fromMs: fault.installedAt, toMs: Math.max(fault.installedAt, fault.healedAt ?? endMs) }
}

/** Time in which at least one fault was in force: windows that overlap count once. */
export function outageMs(faults: readonly FaultRow[], endMs: number): number {
  const windows = faults.flatMap(fault => faultWindow(fault, endMs) ?? []).toSorted((a, b) => a.fromMs - b.fromMs)
  let total = 0
  let coveredToMs = -Infinity
  for (const { fromMs, toMs } of windows) {
    total += Math.max(0, toMs - Math.max(fromMs, coveredToMs))
    coveredToMs = Math.max(coveredToMs, toMs)
  }
  return total
}

/** The start of a sentence about a run: `With queue killed for 22.4 s`, `Through 8 faults (40 s in all)`; undefined where there was no fault. */
export function outagePhrase(record: RunRecord): string | undefined {
  const [fault] = record.faults
  if (fault === undefined) return undefined
  const length = formatMs(outageMs(record.faults, lastMs(record)))
  const same = record.faults.every(other => other.kind === fault.kind && other.target === fault.target && faultParameters(other) === faultParameters(fault))
  const what = `${fault.target} ${doneTo(fault)}`
  if (record.faults.length === 1) return `With ${what} for ${length}`
  return same ? `With ${what} ${record.faults.length} times (${length} in all)` : `Through ${record.faults.length} faults (${length} in all)`
}

/** The last instant the record speaks of, ms since the flood began. */
export function lastMs(record: RunRecord): number {
  return Math.max(record.plan.durationMs, ...record.phases.map(phase => phase.endMs), ...record.faults.map(fault => fault.healedAt ?? 0))
}
