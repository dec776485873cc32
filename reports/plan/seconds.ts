/** The seconds of a plan as a table, thinned so that it fits a screen: each row as many of them as make a round number. */
import { formatCount, threeDigits } from '../format.ts'
import type { PlanRecord } from './record.ts'

const mostRows = 12
const roundSeconds = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200]

/** A heading and a row a stretch of time: events in it, a second on average and at most, and attempts a second at worst. What does not fit is left out, the averages first. */
export function renderSeconds({ seconds: { planned, worstAttempts } }: PlanRecord, columns: number): string[] {
  const step = roundSeconds.find(each => planned.length / each <= mostRows) ?? Math.ceil(planned.length / mostRows)
  const rows = Array.from({ length: Math.ceil(planned.length / step) }, (_, row) => {
    const [from, to] = [row * step, Math.min((row + 1) * step, planned.length)]
    const events = planned.slice(from, to).reduce((sum, each) => sum + each, 0)
    return [`${formatCount(from)}–${formatCount(to)} s`, formatCount(events), threeDigits(events / (to - from)), formatCount(most(planned, from, to)), formatCount(most(worstAttempts, from, to))]
  })
  const table = [['', 'events', 'a second', 'fullest', 'at worst'], ...rows]
  return [table, without(table, 2), without(without(table, 2), 2)].map(aligned).find((lines, index) => index === 2 || lines[0].length <= columns)!
}

function without(table: readonly string[][], column: number): string[][] {
  return table.map(row => row.toSpliced(column, 1))
}

function aligned(table: readonly string[][]): string[] {
  const widths = table[0].map((_, column) => Math.max(...table.map(row => row[column].length)))
  return table.map(row => `  ${row.map((cell, column) => cell.padStart(widths[column])).join('   ')}`)
}

function most(values: readonly number[], from: number, to: number): number {
  return values.slice(from, to).reduce((largest, value) => Math.max(largest, value), 0)
}
