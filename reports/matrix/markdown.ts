/** The matrix as Markdown: for a repository, a wiki or the summary of a CI step. */
import { ageOf, cellSentence, differences, stateLine, stateMarks } from './words.ts'
import { stateOf, type MatrixRecord } from './record.ts'

/** A table of outcomes, the differences, and every cell with what users saw, its run and its age. */
export function renderMatrixMarkdown(record: MatrixRecord, now: number): string {
  const columns = record.modes.map(mode => mode.name)
  const rows = record.dependencies.map(({ name, roles }) => `| ${[nameOf(name, roles), ...columns.map(column => shortCell(record, name, column))].join(' | ')} |`)
  const found = differences(record)
  const details = record.dependencies.flatMap(({ name }) => columns.flatMap(column => {
    const cell = record.cells[name]?.[column]
    return cell === undefined ? [] : [`| ${name} | ${column} | ${cell.outcome} | ${cellSentence(cell)} | [${cell.runId || 'no record'}](${cell.folder}/report.html) | ${ageOf(cell, now)} |`]
  }))
  return [
    `# What happens to orders when a dependency of ${record.system.name} fails`, '',
    `${stateLine(record)}. Empty: never run. –: the failure says nothing of that dependency.`, '',
    `| | ${columns.join(' | ')} |`, `|---|${columns.map(() => '---|').join('')}`, ...rows, '',
    ...(found.length === 0 ? [] : ['## Other than declared', '', ...found.map(line => `- ${line}`), '']),
    '## The runs', '', '| dependency | failure | outcome | what users saw | run | age |', '|---|---|---|---|---|---|', ...details, '',
    '## The failures', '', ...record.modes.map(({ name, summary }) => `- **${name}**: ${summary}`), '',
  ].join('\n')
}

export function nameOf(name: string, roles: readonly string[]): string {
  const others = roles.filter(role => role !== name)
  return others.length === 0 ? name : `${name} (${others.join(', ')})`
}

function shortCell(record: MatrixRecord, dependency: string, mode: string): string {
  const state = stateOf(record, dependency, mode)
  if (state === 'impossible') return '–'
  const cell = record.cells[dependency]?.[mode]
  return cell === undefined ? '' : `${stateMarks[state].mark} ${cell.outcome}`
}
