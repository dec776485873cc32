// @ts-check
/**
 * Runs in the report's page: draws the charts from the data block, with faults as bands, one cursor through all of them and the
 * numbers under it beside each chart. Inlined as it stands, so it is plain JavaScript and needs nothing but uPlot.
 *
 * @typedef {{ key: string, label: string, colour: string, area: boolean }} Line
 * @typedef {{ id: string, title: string, unit: string, log: boolean, lines: Line[] }} Chart
 * @typedef {{ number: number, label: string, fromSecond: number, toSecond: number }} Band
 * @typedef {{ spanSeconds: number, second: number[], values: Record<string, (number | null)[]>, floodSeconds: number, bands: Band[], charts: Chart[] }} Data
 */
(() => {
  const axisWidth = 58
  const plotHeight = 148
  const labelHeight = 18
  /** Ticks of counts: there is no half webhook. */
  const wholeSteps = Array.from({ length: 10 }, (_, power) => [1, 2, 5].map(factor => factor * 10 ** power)).flat()

  /** @type {Data} */
  const data = JSON.parse(/** @type {HTMLElement} */ (document.getElementById('data')).textContent || '')
  const rows = data.second.length
  const endSecond = rows === 0 ? 0 : data.second[rows - 1] + data.spanSeconds
  /** Lines of fault labels: two where faults overlap in time. */
  const lanes = data.bands.some((band, index) => data.bands.slice(0, index).some(earlier => earlier.toSecond > band.fromSecond)) ? 2 : 1
  /** @type {{ plot: uPlot, host: HTMLElement, chart: Chart, outputs: HTMLElement[], rest: string[] }[]} */
  const drawn = []

  /** @param {string} name */
  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
  }

  // ---- numbers as text ----

  /** @param {number} value */
  function short(value) {
    return value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))
  }

  /** @param {number} value @param {string} unit */
  function text(value, unit) {
    if (unit !== 'ms') return short(value)
    return value < 1000 ? `${short(value)} ms` : `${short(value / 1000)} s`
  }

  /** @param {number} second */
  function clock(second) {
    const whole = Math.round(second)
    if (endSecond <= 180) return `${Number(second.toFixed(2))} s`
    const minutes = `${Math.floor((whole % 3600) / 60)}:${String(whole % 60).padStart(2, '0')}`
    return whole < 3600 ? minutes : `${Math.floor(whole / 3600)}:${minutes.padStart(5, '0')}`
  }

  // ---- scales ----

  /** The next of 1, 2, 5, 10, 20, ... at or past a value. @param {number} value @param {'down' | 'up'} direction */
  function step125(value, direction) {
    const decade = 10 ** Math.floor(Math.log10(value) + 1e-9)
    const steps = [1, 2, 5, 10].map(factor => factor * decade)
    return direction === 'up' ? steps.find(step => step >= value * 0.999999) ?? 10 * decade : steps.filter(step => step <= value * 1.000001).pop() ?? decade
  }

  /** @param {Chart} chart @returns {[number, number]} */
  function logRange(chart) {
    const seen = chart.lines.flatMap(line => data.values[line.key]).filter(value => value !== null && value > 0).map(Number)
    if (seen.length === 0) return [1, 10]
    const low = step125(seen.reduce((a, b) => Math.min(a, b)) * 0.9, 'down')
    return [low, Math.max(low * 10, step125(seen.reduce((a, b) => Math.max(a, b)) * 1.1, 'up'))]
  }

  /** @param {number} min @param {number} max */
  function logSplits(min, max) {
    const factors = max / min > 200 ? [1] : [1, 2, 5]
    const splits = []
    for (let decade = 10 ** Math.floor(Math.log10(min)); decade <= max && splits.length < 40; decade *= 10) splits.push(...factors.map(factor => factor * decade))
    return splits.filter(split => split >= min * 0.999 && split <= max * 1.001)
  }

  // ---- drawing ----

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

  /** @param {Chart} chart @returns {uPlot.Axis} */
  function timeAxis(chart) {
    return axis({ size: 24, space: 70, values: (_, splits) => splits.map(clock), label: undefined, side: 2, scale: 'x', show: chart.lines.length > 0 })
  }

  /** @param {uPlot.Axis} more @returns {uPlot.Axis} */
  function axis(more) {
    const line = { stroke: () => colour('grid'), width: 1 }
    return { stroke: () => colour('muted'), font: '12px system-ui, sans-serif', grid: line, ticks: { ...line, size: 4 }, gap: 4, ...more }
  }

  /** @param {Chart} chart @returns {uPlot.Axis} */
  function valueAxis(chart) {
    const values = (/** @type {uPlot} */ _, /** @type {number[]} */ splits) => splits.map(split => text(split, chart.unit))
    return chart.log
      ? axis({ scale: 'y', size: axisWidth, values, splits: (_, __, min, max) => logSplits(min, max), filter: (_, splits) => splits })
      : axis({ scale: 'y', size: axisWidth, values, space: 36, incrs: chart.unit === 'ms' ? undefined : wholeSteps })
  }

  /** @param {Chart} chart @returns {uPlot.Scale} */
  function valueScale(chart) {
    if (!chart.log) return { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] }
    const range = logRange(chart)
    return { distr: 3, range: () => range }
  }

  // ---- faults as bands ----

  /** @param {uPlot} plot @param {boolean} labelled */
  function addBands(plot, labelled) {
    const bands = data.bands.map(band => {
      const shade = document.createElement('div')
      shade.className = 'band'
      plot.over.append(shade)
      const label = document.createElement('div')
      label.className = 'band-label'
      label.title = `${band.number}: ${band.label}`
      if (labelled) plot.root.append(label)
      return { band, shade, label }
    })
    const end = document.createElement('div')
    end.className = 'flood-end'
    if (data.floodSeconds < endSecond) plot.over.append(end)
    return () => {
      end.style.left = `${plot.valToPos(data.floodSeconds, 'x')}px`
      for (const { band, shade } of bands) {
        shade.style.left = `${plot.valToPos(band.fromSecond, 'x')}px`
        shade.style.width = `${Math.max(2, plot.valToPos(band.toSecond, 'x') - plot.valToPos(band.fromSecond, 'x'))}px`
      }
      if (labelled) placeLabels(plot, bands)
    }
  }

  /** Full words where they fit before the next fault, else the fault's number, else nothing. @param {uPlot} plot @param {{ band: Band, label: HTMLElement }[]} bands */
  function placeLabels(plot, bands) {
    const width = plot.over.clientWidth
    const taken = Array.from({ length: lanes }, () => 0)
    bands.forEach(({ band, label }, index) => {
      const left = Math.max(0, plot.valToPos(band.fromSecond, 'x'))
      const next = bands[index + 1]
      const room = Math.min(width, next === undefined ? width : Math.max(plot.valToPos(next.band.fromSecond, 'x'), left)) - left
      const full = `${band.number} ${band.label}`
      const words = full.length * 6.6 + 10 <= room || (next !== undefined && next.band.fromSecond < band.toSecond)
      const lane = taken.findIndex(right => right <= left)
      label.hidden = lane < 0 || left >= width || plot.valToPos(band.toSecond, 'x') < 0
      if (label.hidden) return
      label.textContent = words ? full : String(band.number)
      label.style.left = `${plot.over.offsetLeft + Math.min(left, width - 16)}px`
      label.style.top = `${(lanes - 1 - lane) * labelHeight}px`
      taken[lane] = left + (words ? full.length * 6.6 + 10 : 18)
    })
  }

  // ---- numbers under the cursor ----

  /** The row that a position on the time axis falls into. @param {uPlot} plot @param {number | undefined} left */
  function rowAt(plot, left) {
    if (left === undefined || left < 0) return -1
    return Math.max(0, Math.min(rows - 1, Math.floor((plot.posToVal(left, 'x') - data.second[0]) / data.spanSeconds)))
  }

  /** @param {(typeof drawn)[number]} one @param {number} row */
  function readOut({ host, chart, outputs, rest }, row) {
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
  function moveTo(row) {
    for (const { plot } of drawn) plot.setCursor({ left: row < 0 ? -10 : plot.valToPos(data.second[row] + data.spanSeconds / 2, 'x'), top: 10 })
  }

  /** @param {KeyboardEvent} event @param {uPlot} plot */
  function onKey(event, plot) {
    const now = rowAt(plot, plot.cursor.left)
    /** @type {Record<string, number>} */
    const to = { ArrowLeft: now - 1, ArrowRight: now + 1, PageDown: now - 10, PageUp: now + 10, Home: 0, End: rows - 1, Escape: -1 }
    if (!(event.key in to)) return
    event.preventDefault()
    moveTo(event.key === 'Escape' ? -1 : Math.max(0, Math.min(rows - 1, to[event.key])))
  }

  /** @param {Chart} chart @param {number} index */
  function draw(chart, index) {
    const figure = /** @type {HTMLElement} */ (document.querySelector(`[data-chart="${chart.id}"]`))
    const host = /** @type {HTMLElement} */ (figure.querySelector('.plot'))
    const outputs = [...figure.querySelectorAll('output')]
    const first = index === 0
    const top = first && data.bands.length > 0 ? labelHeight * lanes : 6
    const height = plotHeight + 24 + top
    /** @type {() => void} */
    let placeBands = () => {}
    const plot = new uPlot({
      width: host.clientWidth, height, padding: [top, 20, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: true, y: false }, sync: { key: 'run', scales: ['x', null] } },
      scales: { x: { time: false, range: (_, min, max) => (min === data.second[0] && max === data.second[rows - 1] ? [min, endSecond] : [min, max]) }, y: valueScale(chart) },
      axes: [timeAxis(chart), valueAxis(chart)],
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

  // ---- the same as a table, made when it is asked for ----

  /** @param {HTMLElement} details */
  function fillTable(details) {
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

  function redraw() {
    for (const { plot } of drawn) plot.redraw(false, true)
  }

  /** A print is on paper's white and as narrow as paper; canvases don't follow style sheets, so they are drawn again. @param {boolean} on */
  function print(on) {
    document.documentElement.classList.toggle('on-paper', on)
    for (const details of document.querySelectorAll('details:not(#table, .glossary)')) if (on) details.setAttribute('open', '')
    for (const { plot, host } of drawn) plot.setSize({ width: on ? 680 : host.clientWidth, height: plot.height })
    redraw()
  }

  if (rows === 0) return
  data.charts.forEach(draw)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw)
  addEventListener('beforeprint', () => print(true))
  addEventListener('afterprint', () => print(false))
  document.getElementById('table')?.addEventListener('toggle', event => fillTable(/** @type {HTMLElement} */ (event.currentTarget)))
})()
