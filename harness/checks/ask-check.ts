// One check's turn. A check may be the scenario's own code, so it may throw or answer what no report could read.
import { z } from 'zod'
import { causeOf } from '../errors.ts'
import { oneOf, problemsOf, text } from '../scenario/rules.ts'
import { verdicts, type Check, type Evidence, type Finding } from './check.ts'

const finding = z.looseObject({ verdict: oneOf(verdicts), observed: text, evidence: z.array(z.string('a text'), 'a list of texts') }, 'a finding')

/** What a check makes of the run. One that throws or answers no finding is a reader that failed: unknown, and the others still speak. */
export function askCheck(check: Check, evidence: Evidence): Finding {
  try {
    const answer: Finding = check.judge(evidence)
    // Nobody waits for a check that is async, and what it throws later must not end the run.
    if (answer instanceof Promise) answer.catch(() => {})
    const problems = problemsOf('finding', finding, answer)
    return problems.length === 0 ? { verdict: answer.verdict, observed: answer.observed, evidence: answer.evidence } : { verdict: 'unknown', observed: 'the check did not answer with a finding', evidence: problems }
  } catch (error) {
    const stack = error instanceof Error ? error.stack ?? '' : ''
    return { verdict: 'unknown', observed: `the check failed: ${causeOf(error)}`, evidence: stack.split('\n').filter(line => /^\s+at /.test(line)).slice(0, 3).map(line => line.trim()) }
  }
}
