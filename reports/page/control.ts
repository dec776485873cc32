/** The control arm beside the run: what the faults changed, and what would have been so without them. */
import { formatCount, formatMs, formatShare } from '../format.ts'
import type { RunRecord } from '../record.ts'
import { html, type Markup } from './markup.ts'

type Arm = Pick<RunRecord, 'counts' | 'throughput' | 'latencyMs'>

const rows: { name: string; tell: (arm: Arm) => string }[] = [
  { name: 'Delivered', tell: ({ counts }) => formatCount(counts.delivered) },
  { name: 'Lost', tell: ({ counts }) => formatCount(counts.lost) },
  { name: 'Missed', tell: ({ counts }) => formatCount(counts.missed) },
  { name: 'Late', tell: ({ counts }) => formatCount(counts.late) },
  { name: 'Duplicated', tell: ({ counts }) => formatCount(counts.duplicated) },
  { name: 'Throughput', tell: ({ throughput }) => formatShare(throughput.overall) },
  { name: 'Attempts', tell: ({ counts }) => formatCount(counts.attempts) },
  { name: 'Delay p50', tell: ({ latencyMs }) => formatMs(latencyMs.delivery.p50) },
  { name: 'Delay p99', tell: ({ latencyMs }) => formatMs(latencyMs.delivery.p99) },
  { name: 'Delay max', tell: ({ latencyMs }) => formatMs(latencyMs.delivery.max) },
  { name: 'Answer p50', tell: ({ latencyMs }) => formatMs(latencyMs.answer.p50) },
  { name: 'Answer p99', tell: ({ latencyMs }) => formatMs(latencyMs.answer.p99) },
]

/** Nothing where the run had no control arm. */
export function controlSection(record: RunRecord): Markup | undefined {
  const { control } = record
  if (control === null) return undefined
  return html`<section aria-labelledby="control"><h2 id="control">Beside the control arm</h2>
<table class="numeric narrow"><caption>The same plan, event for event, through the same links and without a fault, just before: run <code>${control.runId}</code>, ${control.verdict}.</caption>
<thead><tr><th scope="col">What</th><th scope="col">without faults</th><th scope="col">with faults</th></tr></thead>
<tbody>${rows.map(({ name, tell }) => html`<tr><th scope="row">${name}</th><td>${tell(control)}</td><td>${tell(record)}</td></tr>`)}</tbody></table></section>`
}
