/** Last part: draws each chart, and again where colours or width change. */
import { timeAxis, valueAxis, valueScale } from './axes.mjs'
import { addBands, labelsHeight } from './bands.mjs'
import { drawn, moveTo, onKey, readOut, rowAt } from './cursor.mjs'
import { colour, data, endSecond, rows } from './data.mjs'
import { fillTable } from './table.mjs'
/** @import { Chart } from './data.mjs' */

const plotHeight = 148

/** A row holds for its whole span, so each is a flat step; nothing is drawn where nothing was measured. @type {uPlot.Series.PathBuilder} */
function steps(plot, seriesIndex) {
  const values = plot.data[seriesIndex]
  const log = plot.scales.y.distr === 3
  const floor = plot.valToPos(plot.scales.y.min ?? 0, 'y', true)
  const stroke = new Path2D()
  const fill = new Path2D()
  let open = false
  for (let row = 0; row < rows; row++) {
    const value = values[row]
    const drawable = typeof value === 'number' && (!log || value > 0)
    if (drawable) {
      const left = plot.valToPos(data.second[row], 'x', true)
      const right = plot.valToPos(data.second[row] + data.spanSeconds, 'x', true)
      const top = plot.valToPos(value, 'y', true)
      if (open) stroke.lineTo(left, top)
      else stroke.moveTo(left, top)
      stroke.lineTo(right, top)
      fill.rect(left, top, right - left + 0.5, floor - top)
    }
    open = drawable
  }
  return { stroke, fill, flags: 1 }
}

/** @param {Chart} chart @param {number} index */
function draw(chart, index) {
  const figure = /** @type {HTMLElement} */ (document.querySelector(`[data-chart="${chart.id}"]`))
  const host = /** @type {HTMLElement} */ (figure.querySelector('.plot'))
  const outputs = [...figure.querySelectorAll('output')]
  const first = index === 0
  const top = first ? Math.max(6, labelsHeight) : 6
  const height = plotHeight + 24 + top
  /** @type {() => void} */
  let placeBands = () => {}
  const plot = new uPlot({
    width: host.clientWidth, height, padding: [top, 20, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false }, sync: { key: 'run', scales: ['x', null] } },
    scales: { x: { time: false, range: (_, min, max) => (min === data.second[0] && max === data.second[rows - 1] ? [min, endSecond] : [min, max]) }, y: valueScale(chart) },
    axes: [timeAxis(), valueAxis(chart)],
    series: [{}, ...chart.lines.map(line => ({
      label: line.label, scale: 'y', paths: steps, points: { show: false }, width: line.colour === 'quiet' ? 1 : 1.75,
      stroke: () => colour(line.colour), fill: line.area ? () => colour(`${line.colour}-area`) : undefined,
    }))],
    hooks: {
      init: [self => { placeBands = addBands(self, first) }],
      draw: [() => placeBands()],
      setCursor: [self => { const one = drawn.find(other => other.plot === self); if (one) readOut(one, rowAt(self, self.cursor.left)) }],
    },
  }, /** @type {uPlot.AlignedData} */ ([data.second, ...chart.lines.map(line => data.values[line.key])]), host)
  const one = { plot, host, chart, outputs, rest: outputs.map(output => output.textContent || '') }
  drawn.push(one)
  host.setAttribute('aria-valuemax', String(rows - 1))
  host.addEventListener('keydown', event => onKey(event, plot))
  host.addEventListener('blur', () => moveTo(-1))
  new ResizeObserver(() => plot.setSize({ width: host.clientWidth, height })).observe(host)
}

function redraw() {
  for (const { plot } of drawn) plot.redraw(false, true)
}

/** A print is on paper's white and as narrow as paper; canvases don't follow style sheets, so they are drawn again. @param {boolean} on */
function drawForPaper(on) {
  document.documentElement.classList.toggle('on-paper', on)
  if (on) for (const details of document.querySelectorAll('details:not(#table, .glossary)')) details.setAttribute('open', '')
  for (const { plot, host } of drawn) plot.setSize({ width: on ? 680 : host.clientWidth, height: plot.height })
  redraw()
}

if (rows > 0) data.charts.forEach(draw)
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw)
addEventListener('beforeprint', () => drawForPaper(true))
addEventListener('afterprint', () => drawForPaper(false))
document.getElementById('table')?.addEventListener('toggle', event => fillTable(/** @type {HTMLElement} */ (event.currentTarget)))
