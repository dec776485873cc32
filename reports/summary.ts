/** What the terminal shows when a run has ended: the verdict first, then the checks, the account of the orders, the faults, the worst story. */
import { countOf, formatCount, formatInstant, formatMs, plainText } from './format.ts'
import { faultLabel, faultParameters, type FaultRow } from './outage.ts'
import type { RunRecord } from './record.ts'
import { scalesText } from './scale.ts'
import { nounOf, verdictSentence } from './sentence.ts'
import { storyLine, worstStory } from './story.ts'
import { labelled, painter, unwrapped, wrap, type Paint } from './terminal.ts'
import { checkVerdicts, runVerdicts, worstFirst } from './verdict.ts'

export interface SummaryOptions {
  color: boolean
  /** Columns to fit in, 40 at least; 100 at most are used. */
  width?: number
  /** The run's folder, as the user would type it. */
  folder: string
}

const tones = { good: 'green', bad: 'red', unsure: 'yellow', void: 'magenta' } as const
/** A run with a fault every second would bury the verdict: the rest is in the report. */
const faultsShown = 4

/** The summary of one run, without a line end at its end. */
export function renderSummary(record: RunRecord, { color, width = 100, folder }: SummaryOptions): string {
  const columns = Math.min(100, Math.max(40, width))
  const paint = painter(color)
  const story = record.verdict === 'pass' ? undefined : worstStory(record)
  const scaled = scalesText(record.plan.scales)
  const report = `${folder.replace(/\/$/, '')}/${record.files.report}`
  return [
    ...verdictLines(record, columns, paint), '',
    ...worstFirst(record.checks).flatMap(check => checkLines(check, record, columns, paint)), '',
    ...labelled(`${nounOf(record)}s`, ordersLine(record), columns, paint),
    ...answerLines(record.latencyMs, columns, paint),
    ...(scaled === undefined ? [] : labelled('scaled', scaled, columns, paint)),
    ...faultLines(record.faults, columns, paint),
    ...(record.control === null ? [] : labelled('control', controlLine(record.control), columns, paint)),
    ...(story === undefined ? [] : labelled('worst', storyLine(story), columns, paint)),
    unwrapped('report', report, paint),
    ...labelled('exit', `${record.exitCode} (${record.verdict}: ${runVerdicts[record.verdict].meaning})`, columns, paint),
  ].join('\n')
}

/** One line a run, for a command that ran several: verdict, scenario, system, exit code, the checks that did not pass. */
export function renderSummaryTable(records: readonly RunRecord[], { color, width = 100 }: { color: boolean; width?: number }): string {
  const paint = painter(color)
  const rows = records.map(record => ({
    record, name: plainText(record.scenario.name), system: plainText(record.system.name), verdict: `${runVerdicts[record.verdict].mark} ${record.verdict}`, exit: `exit ${record.exitCode}`,
    failing: plainText(worstFirst(record.checks).filter(check => check.verdict !== 'pass').map(check => check.name).join(', ')),
  }))
  const widest = (cells: string[]): number => Math.max(0, ...cells.map(cell => cell.length)) + 2
  const widths = { verdict: widest(rows.map(row => row.verdict)), name: widest(rows.map(row => row.name)), system: widest(rows.map(row => row.system)) }
  return rows.map(row => {
    const verdict = paint(tones[runVerdicts[row.record.verdict].tone], row.verdict.padEnd(widths.verdict))
    const room = width - widths.verdict - widths.name - widths.system - 10
    return `  ${verdict}${row.name.padEnd(widths.name)}${row.system.padEnd(widths.system)}${row.exit.padEnd(8)}${shorten(row.failing, Math.max(12, room))}`.trimEnd()
  }).join('\n')
}

function verdictLines(record: RunRecord, columns: number, paint: Paint): string[] {
  const { mark, headline, tone } = runVerdicts[record.verdict]
  const word = `${mark} ${headline.toUpperCase()}`
  const what = plainText(`${record.scenario.name} on ${record.system.name}`)
  const lead = paint(['bold', tones[tone]], word)
  const title = word.length + 2 + what.length <= columns ? [`${lead}  ${paint('bold', what)}`] : [lead, ...wrap(what, columns - 2).map(line => `  ${paint('bold', line)}`)]
  return [...title, ...wrap(plainText(verdictSentence(record)), columns - 2).map(line => `  ${line}`)]
}

function checkLines(check: RunRecord['checks'][number], record: RunRecord, columns: number, paint: Paint): string[] {
  const nameWidth = Math.min(24, Math.max(...record.checks.map(one => one.name.length)))
  const { mark, tone } = checkVerdicts[check.verdict]
  const lead = `${mark} ${check.verdict.padEnd(8)}`
  const indent = 2 + lead.length + nameWidth + 2
  const observed = plainText(check.observed)
  const expected = plainText(`expected ${check.expected}`)
  const room = columns - indent
  // Of a run that says nothing, what shows it or what to do is all that there is to know.
  const proof = check.verdict === 'invalid' ? check.evidence.slice(0, 1).flatMap(text => wrap(plainText(text), room)) : []
  const lines = observed.length + expected.length + 2 <= room ? [`${observed}  ${paint('dim', expected)}`] : [...wrap(observed, room), ...wrap(expected, room).map(line => paint('dim', line))]
  const start = `  ${paint(tones[tone], lead)}${shorten(plainText(check.name), nameWidth).padEnd(nameWidth)}  `
  return [...lines, ...proof].map((line, index) => (index === 0 ? start : ' '.repeat(indent)) + line)
}

function ordersLine(record: RunRecord): string {
  const { planned, delivered, lost, missed, pending, late, duplicated } = record.counts
  const sum = `${formatCount(planned)} planned = ${formatCount(delivered)} delivered + ${formatCount(lost)} lost + ${formatCount(missed)} missed + ${formatCount(pending)} pending`
  return `${sum}; ${formatCount(late)} late, ${formatCount(duplicated)} duplicated; delay p99 ${formatMs(record.latencyMs.delivery.p99)}`
}

/** Only where it matters from when one counts: there a clock that starts at the send hides what the sender's lateness did to the answers. */
function answerLines({ answer, uncorrected }: RunRecord['latencyMs'], columns: number, paint: Paint): string[] {
  if (answer.p99 - uncorrected.p99 < Math.max(10, uncorrected.p99 / 10)) return []
  return labelled('answers', `p99 ${formatMs(answer.p99)} from the planned instant; a clock started at the send reads ${formatMs(uncorrected.p99)}`, columns, paint)
}

function faultLines(faults: readonly FaultRow[], columns: number, paint: Paint): string[] {
  const lines = faults.slice(0, faultsShown).flatMap((fault, index) => labelled(index === 0 ? 'faults' : '', faultLine(fault), columns, paint))
  return faults.length <= faultsShown ? lines : [...lines, ...labelled('', `and ${countOf(faults.length - faultsShown, 'more fault')}`, columns, paint)]
}

function faultLine(fault: FaultRow): string {
  if (fault.installedAt === null) return `${faultLabel(fault)}: never installed`
  const seen = fault.observedAt === null ? 'never observed' : `observed by ${fault.observedBy} after ${formatMs(fault.observedAt - fault.installedAt)}`
  const healed = fault.healedAt === null ? 'never healed' : `healed at ${formatInstant(fault.healedAt)}`
  const how = faultParameters(fault)
  return `${faultLabel(fault)}${how === '' ? '' : ` (${how})`} at ${formatInstant(fault.installedAt)}, ${seen}, ${healed}`
}

/** What the same plan came to without faults, in the order of the line on orders. */
function controlLine({ counts, latencyMs }: NonNullable<RunRecord['control']>): string {
  return `without faults: ${formatCount(counts.delivered)} delivered, ${formatCount(counts.lost)} lost, ${formatCount(counts.missed)} missed; ${formatCount(counts.late)} late, ${formatCount(counts.duplicated)} duplicated; delay p99 ${formatMs(latencyMs.delivery.p99)}`
}

function shorten(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, columns - 1)}…`
}
