/** Latency, throughput and what the time scale did to the clock. */
import { decodeFromCompressedBase64 } from 'hdr-histogram-js'
import { formatCount, formatMs, formatShare } from '../format.ts'
import type { RunRecord } from '../record.ts'
import { scalesText } from '../scale.ts'
import { nounOf } from '../sentence.ts'
import { html, type Markup } from './markup.ts'

type Percentiles = RunRecord['latencyMs']['answer']

interface LatencyRow {
  name: string
  note: string
  values: Percentiles
}

export function latencySection(record: RunRecord): Markup {
  const { generatorLag, answer, delivery, uncorrected } = record.latencyMs
  const { primaryMetric: metric, histograms } = record
  const rows: LatencyRow[] = [
    { name: 'Delivery', note: 'planned → delivered', values: delivery },
    ...(record.faults.length === 0 ? [] : [
      ...decoded('Delivery, during faults', 'planned in a fault or its declared recovery', histograms.delivery.insideFaults),
      ...decoded('Delivery, outside faults', 'planned at any other time', histograms.delivery.outsideFaults),
    ]),
    { name: 'Answer, corrected', note: 'planned → answered', values: answer },
    { name: 'Answer, uncorrected', note: 'sent → answered', values: uncorrected },
    { name: 'Generator lag', note: 'planned → sent', values: generatorLag },
  ]
  return html`<section aria-labelledby="latency"><h2 id="latency">Latency</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Latency"><table class="numeric"><caption>First attempts, from the planned instant, so that no late send hides a wait, those open at the end at their age; the uncorrected row shows what a clock started at the send would tell. A gate compares ${metric.name}: ${metric.unit === 'ms' ? formatMs(metric.value) : `${formatCount(metric.value)} ${metric.unit}`}.</caption>
<thead><tr><th scope="col">From → to</th><th scope="col">p50</th><th scope="col">p90</th><th scope="col">p99</th><th scope="col">p99.9</th><th scope="col">max</th><th scope="col">samples</th></tr></thead>
<tbody>${rows.map(({ name, note, values }) => html`<tr><th scope="row">${name}<span class="kind">${note}</span></th>${(['p50', 'p90', 'p99', 'p999', 'max'] as const).map(key => html`<td>${formatMs(values.count === 0 ? null : values[key])}</td>`)}<td>${formatCount(values.count)}</td></tr>`)}</tbody></table></div></section>`
}

/** A row from a serialized histogram of microseconds; none where the record holds no histogram. */
function decoded(name: string, note: string, base64: string): LatencyRow[] {
  if (base64 === '') return []
  const histogram = decodeFromCompressedBase64(base64)
  const ms = (percentile: number): number => histogram.getValueAtPercentile(percentile) / 1_000
  return [{ name, note, values: { p50: ms(50), p90: ms(90), p99: ms(99), p999: ms(99.9), max: histogram.maxValue / 1_000, count: histogram.totalCount } }]
}

export function throughputSection(record: RunRecord): Markup {
  const { overall, worstShopHour } = record.throughput
  const { delivered, planned } = record.counts
  return html`<section aria-labelledby="throughput"><h2 id="throughput">Throughput</h2>
<table class="numeric narrow"><caption>Delivered of planned. A single shop-hour is too small for four nines, so it is shown and not judged.</caption>
<thead><tr><th scope="col">Where</th><th scope="col">share</th><th scope="col">delivered</th><th scope="col">planned</th></tr></thead>
<tbody><tr><th scope="row">All ${nounOf(record)}s</th><td>${formatShare(overall)}</td><td>${formatCount(delivered)}</td><td>${formatCount(planned)}</td></tr>
${worstShopHour === null ? undefined : html`<tr><th scope="row">Worst shop-hour<span class="kind">${worstShopHour.shop}, hour ${worstShopHour.hour}</span></th><td>${worstShopHour.planned === 0 ? '–' : formatShare(worstShopHour.delivered / worstShopHour.planned)}</td><td>${formatCount(worstShopHour.delivered)}</td><td>${formatCount(worstShopHour.planned)}</td></tr>`}</tbody></table></section>`
}

export function timeScaleSection(record: RunRecord): Markup {
  const { timeScale, scaledTimes, plan } = record
  const ofLoad = scalesText(record.plan.scales)
  const lead = timeScale === 1
    ? ofLoad === undefined ? 'Nothing was scaled: every time is a real one.' : 'The retry schedule was not scaled.'
    : `The retry schedule, and what the system weighs against it, ran ${formatCount(timeScale)} times faster; what is weighed against work did not. On the schedule's clock the flood lasted ${formatMs(plan.durationMs * timeScale)}.`
  return html`<section aria-labelledby="scale"><h2 id="scale">Time scale</h2><p class="lead">${ofLoad === undefined ? '' : `The load was scaled: ${ofLoad}. `}${lead}</p>${scaledTimes.length === 0 ? undefined : html`
<table class="numeric narrow"><caption>Times that the scale shrank, and those it left alone.</caption><thead><tr><th scope="col">Time</th><th scope="col">scaled</th><th scope="col">as run</th><th scope="col">stands for</th></tr></thead>
<tbody>${scaledTimes.map(({ name, ms, scaled }) => html`<tr><th scope="row">${name}</th><td>${scaled ? `÷ ${formatCount(timeScale)}` : 'no'}</td><td>${formatMs(ms)}</td><td>${formatMs(scaled ? ms * timeScale : ms)}</td></tr>`)}</tbody></table>`}</section>`
}
