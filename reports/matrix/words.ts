/** What a cell of the matrix says, in words that all its reports share. */
import { formatCount, formatMs } from '../format.ts'
import { stateOf, type CellState, type MatrixCell, type MatrixRecord } from './record.ts'

/** Marks stand beside words, since colour alone says nothing on paper. */
export const stateMarks: Record<CellState, { mark: string; tone: 'good' | 'bad' | 'unsure' | 'void' | 'none' }> = {
  'impossible': { mark: '', tone: 'none' },
  'never run': { mark: '', tone: 'none' },
  'no verdict': { mark: '!', tone: 'void' },
  'undeclared': { mark: '?', tone: 'unsure' },
  'as declared': { mark: '✓', tone: 'good' },
  'differs': { mark: '✗', tone: 'bad' },
}

/** `all 900 accepted, 212 of them late on the first try; delayed by up to 4.6 s; none lost`: what users saw. */
export function cellSentence({ planned, accepted, retried, delayMaxMs, lost, missed, duplicated }: MatrixCell): string {
  return [
    accepted === planned ? `all ${formatCount(planned)} accepted` : `${formatCount(accepted)} of ${formatCount(planned)} accepted`,
    ...(retried === 0 ? [] : [`${formatCount(retried)} more attempts`]),
    `delayed by up to ${formatMs(delayMaxMs)}`,
    lost === 0 ? 'none lost' : `${formatCount(lost)} lost`,
    ...(missed === 0 ? [] : [`${formatCount(missed)} missed`]),
    ...(duplicated === 0 ? [] : [`${formatCount(duplicated)} duplicated`]),
  ].join(', ')
}

/** How long ago a cell was run, as of `now`: a matrix is only as good as its oldest cell. */
export function ageOf({ ranAt }: MatrixCell, now: number): string {
  return `${formatMs(Math.max(0, now - Date.parse(ranAt)))} ago`
}

/** Cells by how they stand, for the line that sums the matrix up. */
export function countStates(record: MatrixRecord): Record<CellState, number> {
  const counts: Record<CellState, number> = { 'impossible': 0, 'never run': 0, 'no verdict': 0, 'undeclared': 0, 'as declared': 0, 'differs': 0 }
  for (const { name: dependency } of record.dependencies) for (const { name: mode } of record.modes) counts[stateOf(record, dependency, mode)]++
  return counts
}

/** `31 as declared, 2 differ, 3 undeclared, 1 without a verdict, 11 never run`. */
export function stateLine(record: MatrixRecord): string {
  const counts = countStates(record)
  const parts: [number, string][] = [[counts['as declared'], 'as declared'], [counts.differs, counts.differs === 1 ? 'differs' : 'differ'], [counts.undeclared, 'undeclared'], [counts['no verdict'], 'without a verdict'], [counts['never run'], 'never run']]
  return parts.filter(([count], index) => index === 0 || count > 0).map(([count, word]) => `${formatCount(count)} ${word}`).join(', ')
}

/** The cells that differ from what was declared, in words. */
export function differences(record: MatrixRecord): string[] {
  return record.dependencies.flatMap(({ name: dependency }) => record.modes.flatMap(({ name: mode }) => {
    if (stateOf(record, dependency, mode) !== 'differs') return []
    const cell = record.cells[dependency][mode]
    return [`${dependency} ${mode}: declared ${record.expected[dependency][mode]}, found ${cell.outcome} (${cellSentence(cell)})`]
  }))
}
