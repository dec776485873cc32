import type { ExitName } from '../exit-codes.ts'
import type { Check, Finding } from './check.ts'

/** A run's verdict, by the names of the exit codes. */
export type RunVerdict = Extract<ExitName, 'pass' | 'broken' | 'missed' | 'unknown' | 'invalid'>

/** Composes the findings of one run: broken invariant > invalid > missed objective > unknown > pass. No finding at all says nothing: unknown. */
export function composeVerdict(findings: readonly (Pick<Check, 'invariant'> & Pick<Finding, 'verdict'>)[]): RunVerdict {
  if (findings.some(({ invariant, verdict }) => invariant && verdict === 'fail')) return 'broken'
  if (findings.some(({ verdict }) => verdict === 'invalid')) return 'invalid'
  if (findings.some(({ verdict }) => verdict === 'fail')) return 'missed'
  if (findings.length === 0 || findings.some(({ verdict }) => verdict === 'unknown')) return 'unknown'
  return 'pass'
}

/** Worst first. What stopped a run before its verdict stands after a broken invariant, which nothing excuses, and before every verdict that says less. */
const severity = ['broken', 'interrupted', 'internal', 'unavailable', 'usage', 'invalid', 'missed', 'regression', 'unknown', 'pass'] as const satisfies readonly ExitName[]

/** The worst of several runs, which is what the command exits with. None at all is unknown. */
export function worstOf(ends: readonly ExitName[]): ExitName {
  return severity.find(name => ends.includes(name)) ?? 'unknown'
}
