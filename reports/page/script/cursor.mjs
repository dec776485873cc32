/** One cursor through all charts, by mouse or keyboard, and the numbers under it beside each of them. */
import { clock, data, rows, text } from './data.mjs'
/** @import { Chart } from './data.mjs' */

/** Every chart that was drawn; `rest` is what its numbers say while the cursor is elsewhere. @type {{ plot: uPlot, host: HTMLElement, chart: Chart, outputs: HTMLElement[], rest: string[] }[]} */
export const drawn = []

/** The row that a position on the time axis falls into. @param {uPlot} plot @param {number | undefined} left */
export function rowAt(plot, left) {
  if (left === undefined || left < 0) return -1
  return Math.max(0, Math.min(rows - 1, Math.floor((plot.posToVal(left, 'x') - data.second[0]) / data.spanSeconds)))
}

/** Shows a chart's numbers of one row, or its peaks where no row is chosen (-1). @param {(typeof drawn)[number]} one @param {number} row */
export function readOut({ host, chart, outputs, rest }, row) {
  chart.lines.forEach((line, index) => {
    const value = row < 0 ? undefined : data.values[line.key][row]
    outputs[index].textContent = row < 0 ? rest[index] : value === null || value === undefined ? '–' : text(value, chart.unit)
  })
  const instant = host.parentElement?.querySelector('.instant')
  if (instant) instant.textContent = row < 0 ? '' : clock(data.second[row])
  host.setAttribute('aria-valuenow', String(Math.max(0, row)))
  host.setAttribute('aria-valuetext', row < 0 ? 'no second chosen' : `at ${clock(data.second[row])}: ${chart.lines.map((line, index) => `${line.label} ${outputs[index].textContent}`).join(', ')}`)
}

/** Moves every chart's cursor to the middle of a row. @param {number} row */
export function moveTo(row) {
  for (const { plot } of drawn) plot.setCursor({ left: row < 0 ? -10 : plot.valToPos(data.second[row] + data.spanSeconds / 2, 'x'), top: 10 })
}

/** @param {KeyboardEvent} event @param {uPlot} plot */
export function onKey(event, plot) {
  const now = rowAt(plot, plot.cursor.left)
  /** @type {Record<string, number>} */
  const to = { ArrowLeft: now - 1, ArrowRight: now + 1, PageDown: now - 10, PageUp: now + 10, Home: 0, End: rows - 1, Escape: -1 }
  if (!(event.key in to)) return
  event.preventDefault()
  moveTo(event.key === 'Escape' ? -1 : Math.max(0, Math.min(rows - 1, to[event.key])))
}
