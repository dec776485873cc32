/** The charts' frames: title, legend with the peak of each line, the place to draw in, and the same in words for those who do not see it. */
import { countOf, formatCount, formatInstant, formatMs } from '../format.ts'
import type { RunRecord, SeriesRecord } from '../record.ts'
import { type Chart, type ChartLine, charts } from './chart-list.ts'
import { type ThinSeries, thinSeries } from './chart-data.ts'
import { html, type Markup } from './markup.ts'

export function chartsSection(record: RunRecord, series: SeriesRecord): Markup {
  if (series.second.length === 0) return html`<section aria-labelledby="charts"><h2 id="charts">Over time</h2><p>Nothing was measured: the run ended before its first second.</p></section>`
  const thin = thinSeries(series)
  return html`<section aria-labelledby="charts"><h2 id="charts">Over time</h2>
<p class="lead">Seconds since the flood began; the dashed line is its end. ${bandsNote(record)}${spanNote(thin)} <span class="screen-only">Drag to zoom, double-click to go back, arrow keys to step through the seconds.</span></p>
<noscript><p>The charts are drawn by a script, which is switched off here. The numbers stand in <code>${record.files.series}</code>.</p></noscript>
<div class="charts">${charts.map(chart => figure(chart, thin))}</div>
<details id="table" class="screen-only"><summary>The same numbers as a table</summary><div class="scroll" tabindex="0" role="region" aria-label="The charts' numbers as a table"><table></table></div></details>
</section>`
}

function figure(chart: Chart, thin: ThinSeries): Markup {
  return html`<figure data-chart="${chart.id}"><figcaption><h3 id="chart-${chart.id}">${chart.title}<span class="instant"></span></h3>
<ul class="legend">${chart.lines.map(line => html`<li><span class="swatch ${line.colour}${line.area ? ' area' : ''}"></span><span>${line.label}</span> <output>${peakText(chart, line, thin)}</output></li>`)}</ul><p>${chart.note}</p></figcaption>
<div class="plot" tabindex="0" role="slider" aria-orientation="horizontal" aria-valuemin="0" aria-valuemax="${thin.second.length - 1}" aria-valuenow="0" aria-label="${chart.title} over time. ${chart.lines.map(line => summary(chart, line, thin)).join(' ')}"></div></figure>`
}

function peakText(chart: Chart, line: ChartLine, thin: ThinSeries): string {
  const peak = peakOf(line, thin)
  return peak === undefined ? 'nothing measured' : `peak ${valueText(chart, peak.value)}`
}

function summary(chart: Chart, line: ChartLine, thin: ThinSeries): string {
  const peak = peakOf(line, thin)
  if (peak === undefined) return `${line.label}: nothing measured.`
  const measured = thin.values[line.key].filter(value => value !== null)
  const low = measured.reduce((least, value) => Math.min(least, value))
  return `${line.label}: from ${valueText(chart, low)} to ${valueText(chart, peak.value)}, highest at ${formatInstant(peak.second * 1_000)}.`
}

function peakOf(line: ChartLine, thin: ThinSeries): { value: number; second: number } | undefined {
  let peak: { value: number; second: number } | undefined
  thin.values[line.key].forEach((value, row) => {
    if (value !== null && (peak === undefined || value > peak.value)) peak = { value, second: thin.second[row] }
  })
  return peak
}

function valueText(chart: Chart, value: number): string {
  return chart.unit === 'ms' ? formatMs(value) : formatCount(value)
}

function bandsNote(record: RunRecord): string {
  const { length } = record.faults
  return length === 0 ? 'No fault was asked for.' : `The shaded ${length === 1 ? 'band is the fault' : `bands are the ${formatCount(length)} faults`}, from installed to healed.`
}

function spanNote(thin: ThinSeries): string {
  return thin.spanSeconds === 1 ? '' : ` Each step spans ${countOf(thin.spanSeconds, 'second')}: rates are means, backlog and percentiles the worst of them.`
}
