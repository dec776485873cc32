// The table of a planted run, for the terminal.
import type { Outcome } from './outcome.ts'

/** Longer texts are cut; `--json` has all of them. */
const widest = 70

/** One line a row, columns aligned; what did not come out as expected is marked. */
export function renderTable(outcomes: readonly Outcome[]): string {
  const rows = [['', 'bug', 'under', 'caught by', 'exit', 'seconds', 'tries'], ...outcomes.map(cellsOf)]
  const widths = rows[0].map((_, column) => Math.max(...rows.map(row => row[column].length)))
  return rows.map(row => row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd()).join('\n')
}

function cellsOf({ name, under, by, isAsExpected, exit, seconds, invalid }: Outcome): string[] {
  const told = by === '' ? 'no alarm' : by
  const caughtBy = told.length > widest ? `${told.slice(0, widest - 1)}…` : told
  return [isAsExpected ? 'ok' : 'FAIL', name, under, caughtBy, String(exit ?? '-'), seconds.toFixed(0), String(invalid.length + 1)]
}
