/** The charts' numbers as a table, made when it is asked for: for those who cannot see the charts, or want to copy a number. */
import { data, rows, text } from './data.mjs'

/** @param {HTMLElement} details */
export function fillTable(details) {
  const table = details.querySelector('table')
  if (table === null || table.rows.length > 0) return
  const columns = data.charts.flatMap(chart => chart.lines.map(line => ({ chart, line })))
  const head = table.createTHead().insertRow()
  for (const name of ['From second', ...columns.map(({ chart, line }) => `${chart.title}: ${line.label}`)]) {
    const cell = document.createElement('th')
    cell.scope = 'col'
    cell.textContent = name
    head.append(cell)
  }
  const body = table.createTBody()
  for (let row = 0; row < rows; row++) {
    const line = body.insertRow()
    line.insertCell().textContent = String(data.second[row])
    for (const { chart, line: { key } } of columns) {
      const value = data.values[key][row]
      line.insertCell().textContent = value === null ? '–' : text(value, chart.unit)
    }
  }
}
