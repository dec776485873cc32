/** Words and marks for verdicts, one table for page, terminal and JUnit. Colour never stands alone: each verdict has a mark and a word. */
import type { RunRecord } from './record.ts'

export type CheckRecord = RunRecord['checks'][number]
export type RunVerdict = RunRecord['verdict']
type Tone = 'good' | 'bad' | 'unsure' | 'void'

/** The run's verdict: its mark, the words of a headline, and what the exit code means. */
export const runVerdicts: Record<RunVerdict, { mark: string; headline: string; meaning: string; tone: Tone }> = {
  pass: { mark: '✓', headline: 'Pass', meaning: 'every check passed', tone: 'good' },
  broken: { mark: '✗', headline: 'Broken', meaning: 'an invariant broke', tone: 'bad' },
  missed: { mark: '✗', headline: 'Objective missed', meaning: 'no invariant broke, an objective was missed', tone: 'bad' },
  unknown: { mark: '?', headline: 'Unknown', meaning: 'too little to say', tone: 'unsure' },
  invalid: { mark: '!', headline: 'Invalid run', meaning: 'the harness did not do its own job', tone: 'void' },
}

/** The verdict of one check. */
export const checkVerdicts: Record<CheckRecord['verdict'], { mark: string; tone: Tone }> = {
  pass: { mark: '✓', tone: 'good' },
  fail: { mark: '✗', tone: 'bad' },
  unknown: { mark: '?', tone: 'unsure' },
  invalid: { mark: '!', tone: 'void' },
}

/** The checks in the order in which they made the run's verdict: broken invariant, invalid, missed objective, unknown, pass. */
export function worstFirst(checks: readonly CheckRecord[]): CheckRecord[] {
  const rank = (check: CheckRecord): number => (check.verdict === 'fail' ? (check.invariant ? 0 : 2) : { invalid: 1, unknown: 3, pass: 4 }[check.verdict])
  return checks.toSorted((a, b) => rank(a) - rank(b))
}
