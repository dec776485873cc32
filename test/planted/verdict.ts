// What one run under a scenario says of what was planted.
import { exitCode } from '../../harness/exit-codes.ts'
import type { RunRecord } from '../../reports/record.ts'
import type { NoOp, PipelineBug } from './bug.ts'

/** What of a run decides. */
export interface RunEnd {
  exit: number | null
  checks: Pick<RunRecord['checks'][number], 'name' | 'verdict' | 'observed'>[]
}

/** `asExpected`: caught, or quiet where nothing is to be caught. `noise`: an invalid run, which says nothing; most likely the machine was too busy for it. */
export interface Verdict {
  kind: 'asExpected' | 'noise' | 'otherwise'
  /** The failing checks, or why there are none. */
  by: string
}

/** A bug is caught where its check fails and the command exits as it must; a change that is none, and a clean run, where every check passes. */
export function weigh(expected: Pick<PipelineBug, 'check' | 'exit'> | undefined, { exit, checks }: RunEnd): Verdict {
  const told = (isTold: (verdict: string) => boolean): string => checks.filter(check => isTold(check.verdict)).map(check => `${check.name} ${check.verdict}: ${check.observed}`).join('; ')
  const by = told(verdict => verdict === 'fail') || told(verdict => verdict !== 'pass')
  if (expected === undefined && exit === 0) return { kind: 'asExpected', by: '' }
  const caught = expected && checks.find(check => check.name === expected.check && check.verdict === 'fail')
  if (caught && exit === expected.exit) return { kind: 'asExpected', by: `${caught.name}: ${caught.observed}` }
  return { kind: exit === exitCode('invalid') ? 'noise' : 'otherwise', by }
}

/** What a planted change under a scenario must come to; undefined where it must pass. */
export function expectationOf(planted: PipelineBug | NoOp): Pick<PipelineBug, 'check' | 'exit'> | undefined {
  return 'check' in planted ? planted : undefined
}
