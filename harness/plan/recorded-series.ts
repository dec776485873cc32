// A recorded series of load, as monitoring systems and databases write it: read for `replay`, every line that is wrong named with its reason.
import { show } from '../scenario/rules.ts'
import type { RatePoint } from './piecewise.ts'

/** Most rows of a series: a year of minutes, and room. */
const mostRows = 1_000_000
const problemsTold = 50

interface Column {
  /** Undefined where the text is none. */
  read: (text: string) => number | undefined
  mustBe: string
}

interface Form {
  instant: Column
  amount: Column
  /** Whether two rows may have one instant. */
  steps: boolean
  pointsOf: (rows: readonly Row[]) => RatePoint[]
}

interface Row {
  /** Since whatever the file counts from. */
  ms: number
  amount: number
}

const seconds: Column = { read: text => scaleBy(1_000, readNumber(text)), mustBe: 'seconds since any start, 0 or more' }
const rate: Column = { read: readNumber, mustBe: 'a number of events a second, 0 or more' }
const timestamp: Column = { read: text => readTimestamp(text) ?? scaleBy(1_000, readNumber(text)), mustBe: 'an instant such as 2024-11-29T17:00:00Z, or Unix seconds' }
const count: Column = { read: readNumber, mustBe: 'a number of events, 0 or more' }

const forms: Record<string, Form> = {
  'seconds,rate': { instant: seconds, amount: rate, steps: true, pointsOf: ratesAsPoints },
  'timestamp,count': { instant: timestamp, amount: count, steps: false, pointsOf: countsAsPoints },
}

/**
 * The rate curve of a CSV text from its first row on, or what is wrong with it, a line each. `seconds,rate`: straight lines between the rows, and a
 * step where two rows have one instant. `timestamp,count`: the events of each row spread evenly until the next one, of the last row for as long as of the one before.
 */
export function readSeries(text: string): { points: RatePoint[] } | { problems: string[] } {
  const [header, ...lines] = text.replace(/^\uFEFF/, '').trimEnd().split(/\r?\n/)
  const form = forms[cellsOf(header).join(',').toLowerCase()]
  if (form === undefined) return { problems: [`line 1: found ${show(header)}, must be the header ${Object.keys(forms).join(' or ')}`] }
  if (lines.length > mostRows) return { problems: [`line ${mostRows + 2}: one row too many, must be at most ${mostRows}`] }
  const problems: string[] = []
  const rows: Row[] = []
  for (const [index, line] of lines.entries()) {
    const row = readRow(line, form, rows.at(-1))
    if (typeof row === 'string') problems.push(`line ${index + 2}: ${row}`)
    else rows.push(row)
  }
  if (lines.length < 2) problems.push(`line ${lines.length + 1}: the series ends, must have at least two rows`)
  else if (problems.length === 0 && rows[rows.length - 1].ms === rows[0].ms) problems.push(`line ${lines.length + 1}: the series ends at the instant it began, must have a length`)
  if (problems.length === 0) return { points: form.pointsOf(rows) }
  const untold = problems.length - problemsTold
  return { problems: untold <= 0 ? problems : [...problems.slice(0, problemsTold), `${untold} more lines are wrong`] }
}

/** The row of a line, or what is wrong with it. */
function readRow(line: string, { instant, amount, steps }: Form, before: Row | undefined): Row | string {
  const cells = cellsOf(line)
  if (cells.length !== 2) return `found ${show(line)}, must be two values with a comma between them`
  const ms = instant.read(cells[0])
  if (ms === undefined) return `found ${show(cells[0])}, must be ${instant.mustBe}`
  const value = amount.read(cells[1])
  if (value === undefined) return `found ${show(cells[1])}, must be ${amount.mustBe}`
  if (before !== undefined && (steps ? ms < before.ms : ms <= before.ms)) return `found ${show(cells[0])}, must be ${steps ? 'no earlier than' : 'later than'} the row before`
  return { ms, amount: value }
}

function ratesAsPoints(rows: readonly Row[]): RatePoint[] {
  return rows.map(({ ms, amount }) => ({ atMs: ms - rows[0].ms, rate: amount }))
}

function countsAsPoints(rows: readonly Row[]): RatePoint[] {
  const last = rows.length - 1
  return rows.flatMap(({ ms, amount }, index) => {
    const lengthMs = index < last ? rows[index + 1].ms - ms : ms - rows[index - 1].ms
    const fromMs = ms - rows[0].ms
    const perSecond = (amount * 1_000) / lengthMs
    return [{ atMs: fromMs, rate: perSecond }, { atMs: fromMs + lengthMs, rate: perSecond }]
  })
}

/** Cells of a line, without the quotes that some programs put around each. */
function cellsOf(line: string): string[] {
  return line.split(',').map(cell => cell.trim().replace(/^"(.*)"$/, '$1'))
}

function readNumber(text: string): number | undefined {
  return /^\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text)) ? Number(text) : undefined
}

/** ISO 8601 with a blank or a T, as databases print it too. Without a zone it is taken for UTC: only the distances count. */
function readTimestamp(text: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/i.exec(text)
  if (match === null) return undefined
  const [, date, time, zone = 'Z'] = match
  const ms = Date.parse(`${date}T${time}${/^[+-]/.test(zone) ? zone.replace(/^(...):?(\d\d)?$/, (_, hours: string, minutes = '00') => `${hours}:${minutes}`) : 'Z'}`)
  return Number.isNaN(ms) ? undefined : ms
}

function scaleBy(factor: number, value: number | undefined): number | undefined {
  return value === undefined ? undefined : value * factor
}
