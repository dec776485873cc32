// Hashes of what a run was asked to do, for the run record: the same hash means the same question.
import { createHash } from 'node:crypto'
import type { Check } from '../checks/check.ts'
import type { Load, ParameterValues, Scenario } from './scenario.ts'
import type { ResolvedFault } from '../faults/fault.ts'
import type { System } from './system.ts'

interface Asked {
  scenario: Scenario
  parameters: ParameterValues
  load: Load
  faults: readonly ResolvedFault[]
  expect: readonly Check[]
}

/** Hex SHA-256 of everything a scenario comes to with its parameters; comments and layout of its file do not count. */
export function hashScenario({ scenario, parameters, load, faults, expect }: Asked): string {
  const { name, repair, lateAfter, drainLimit, recoveryBound, generator } = scenario
  const shape = { kind: load.shape.kind, durationMs: load.shape.durationMs, parameters: load.shape.parameters }
  return sha256({ name, repair, lateAfter, drainLimit, recoveryBound, generator, parameters, load: { ...load, shape }, faults, expect: expect.map(check => [check.name, check.expected]) })
}

/** Hex SHA-256 of a system's definition, functions by their text. Where it lies and which Node runs it do not count. */
export function hashSystem({ file: _, ...system }: System): string {
  return sha256(system)
}

function sha256(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value, canonical)).digest('hex')
}

function canonical(_key: string, value: unknown): unknown {
  if (typeof value === 'function') return String(value)
  if (value === process.execPath) return 'node'
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
