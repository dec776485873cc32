// What users saw of one cell's run, in one word.
import type { MatrixCell, Outcome } from '../../reports/matrix/record.ts'
import type { RunRecord } from '../../reports/record.ts'

/** An order that arrives within this was not delayed as far as anyone can tell. Half of a fault's length, so that a machine that cells share decides no cell. */
const noticedMs = 2_000

/** The worst that happened to any order, whatever the run's own verdict: a lost order outweighs a thousand late ones. */
export function outcomeOf({ verdict, counts, latencyMs }: Pick<RunRecord, 'verdict' | 'counts' | 'latencyMs'>): MatrixCell['outcome'] {
  if (verdict === 'invalid' || verdict === 'unknown' || counts.pending > 0) return verdict === 'invalid' ? 'invalid' : 'unknown'
  const worst: [Outcome, boolean][] = [
    ['lost', counts.lost > 0],
    ['missed', counts.missed > 0],
    ['duplicated', counts.duplicated > 0 || counts.mutated > 0 || counts.phantom > 0],
    ['retried', counts.attempts > counts.sent],
    ['delayed', latencyMs.delivery.max > noticedMs],
  ]
  return worst.find(([, happened]) => happened)?.[0] ?? 'unharmed'
}

/** Whether a cell's run came to an outcome of its own. */
export function saysSomething(record: RunRecord): boolean {
  const outcome = outcomeOf(record)
  return outcome !== 'invalid' && outcome !== 'unknown'
}

/** Why a run says nothing, or what else is worth a word: the checks that did not pass. */
export function whyOf({ checks }: Pick<RunRecord, 'checks'>): string {
  return checks.filter(check => check.verdict !== 'pass').map(check => `${check.name}: ${check.observed}`).join('; ')
}
