// What one run under a scenario says of what was planted.
import { exitCode } from '../../harness/exit-codes.ts'
import type { RunRecord } from '../../reports/record.ts'
import type { PipelineBug } from './bug.ts'

export type Expectation = Pick<PipelineBug, 'check' | 'exit'>

/** What of a run decides. */
export interface RunEnd {
  exit: number | null
  checks: readonly Pick<RunRecord['checks'][number], 'name' | 'verdict' | 'observed'>[]
}

export interface Verdict {
  /** `asExpected`: caught, or quiet where nothing is to be caught. `invalid`: the run says nothing; most likely the machine was too busy for it. */
  kind: 'asExpected' | 'invalid' | 'otherwise'
  /** The check that caught it, or what the checks said instead. */
  by: string
}

/** A bug is caught where its check fails and the command exits as it must; where nothing was planted, every check must pass. */
export function weigh(expected: Expectation | undefined, { exit, checks }: RunEnd): Verdict {
  if (expected === undefined && exit === 0) return { kind: 'asExpected', by: '' }
  const caught = expected && checks.find(check => check.name === expected.check && check.verdict === 'fail')
  if (caught && exit === expected.exit) return { kind: 'asExpected', by: `${caught.name}: ${caught.observed}` }
  const isInvalid = exit === exitCode('invalid')
  const telling = checks.filter(check => check.verdict === (isInvalid ? 'invalid' : 'fail'))
  const by = (telling.length > 0 ? telling : checks.filter(check => check.verdict !== 'pass')).map(check => `${check.name} ${check.verdict}: ${check.observed}`).join('; ')
  return { kind: isInvalid ? 'invalid' : 'otherwise', by }
}
