// The flood's other half: while events are sent, the faults of the schedule come and go, each with proof.
import { monotonicMs } from '../clock.ts'
import { causeOf } from '../errors.ts'
import type { FaultRecord, ResolvedFault } from './fault.ts'
import { labelOf, runFault, type FaultContext } from './fault-run.ts'
import { conflict } from './overlap.ts'
import { faultKinds, type FaultKinds } from './registry.ts'

export interface DisturbOptions extends Omit<FaultContext, 'kinds' | 'sinceFloodMs'> {
  faults: readonly ResolvedFault[]
  /** On the shared monotonic clock. */
  floodStartedAtMs: number
  /** Kinds to choose from, where they are not the registry's. */
  kinds?: FaultKinds
}

/**
 * Runs the schedule: each fault is installed at its time, observed, and healed at its end. Resolves when the last one is healed, with a
 * record of each that began, in the order of the schedule; also after an abort, and never with anything left in force that could be
 * taken away. A fault that cannot be installed, seen or healed is no error here: its record says so, and judging makes the run invalid.
 */
export async function disturb(options: DisturbOptions): Promise<FaultRecord[]> {
  const { faults, kinds = faultKinds, onEvent } = options
  const sinceFloodMs = (): number => monotonicMs() - options.floodStartedAtMs
  const records = new Map<string, FaultRecord>()

  async function runOne(fault: ResolvedFault): Promise<void> {
    const record = blankRecord(fault)
    try {
      if (await runFault(fault, record, { ...options, kinds, sinceFloodMs })) records.set(fault.id, record)
    } catch (error) {
      // A bug in one kind must not keep the other faults from being healed.
      record.evidence.push(`failed: ${causeOf(error)}`)
      records.set(fault.id, record)
      onEvent({ kind: 'failed', id: fault.id, label: labelOf(fault), text: `${labelOf(fault)} failed: ${causeOf(error)}` })
    }
  }

  const begun: { fault: ResolvedFault; over: Promise<void> }[] = []
  for (const fault of faults.toSorted((a, b) => a.atMs - b.atMs)) {
    // What cannot be in force together follows each other: a restart may take longer than the schedule has room for.
    const before = begun.filter(earlier => conflict(earlier.fault, fault, kinds) !== undefined)
    begun.push({ fault, over: Promise.all(before.map(({ over }) => over)).then(() => runOne(fault)) })
  }
  await Promise.all(begun.map(({ over }) => over))
  return faults.map(fault => records.get(fault.id)).filter(record => record !== undefined)
}

function blankRecord({ id, kind, target, parameters, atMs }: ResolvedFault): FaultRecord {
  return { id, kind, target, parameters, requestedAt: atMs, installedAt: null, observedAt: null, observedBy: null, healedAt: null, evidence: [] }
}
