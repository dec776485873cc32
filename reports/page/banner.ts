/** The top of the page: the verdict, what it means for orders, and the numbers that say how much. */
import { formatCount, formatMs, formatShare } from '../format.ts'
import type { RunRecord } from '../record.ts'
import { nounOf, verdictSentence } from '../sentence.ts'
import { runVerdicts } from '../verdict.ts'
import { html, type Markup } from './markup.ts'

export function banner(record: RunRecord): Markup {
  const { mark, headline, meaning, tone } = runVerdicts[record.verdict]
  const started = record.startedAt.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC')
  return html`<header class="banner" data-tone="${tone}">
<p class="run"><strong>${record.scenario.name}</strong> on <strong>${record.system.name}</strong><span>${started}</span><span>run <code>${record.runId}</code></span></p>
<h1><span class="mark" aria-hidden="true">${mark}</span>${headline}</h1>
<p class="sentence">${verdictSentence(record)}</p>
<dl class="claim"><div><dt>Hypothesis</dt><dd>${record.scenario.hypothesis}</dd></div><div><dt>Exit code</dt><dd>${record.exitCode}, ${record.verdict}: ${meaning}</dd></div></dl>
</header>`
}

interface KeyNumber {
  label: string
  value: string
  note: string
  /** Set where the number is what the verdict is about. */
  bad?: boolean
}

export function keyNumbers(record: RunRecord): Markup {
  return html`<section aria-labelledby="numbers"><h2 id="numbers" class="unseen">Key numbers</h2>
<dl class="numbers">${numbersOf(record).map(({ label, value, note, bad }) => html`<div${bad ? html` class="bad"` : ''}><dt>${label}</dt><dd>${value}</dd><dd class="note">${note}</dd></div>`)}</dl>
${account(record)}</section>`
}

function numbersOf(record: RunRecord): KeyNumber[] {
  const { counts, latencyMs, plan } = record
  return [
    { label: 'Planned', value: formatCount(counts.planned), note: `${formatCount(plan.shops)} shops, up to ${formatCount(plan.peakPerSecond)} a second` },
    { label: 'Delivered', value: formatCount(counts.delivered), note: counts.late === 0 ? 'none late' : `${formatCount(counts.late)} late` },
    { label: 'Lost', value: formatCount(counts.lost), note: 'accepted, never delivered', bad: counts.lost > 0 },
    { label: 'Missed', value: formatCount(counts.missed), note: 'never accepted', bad: counts.missed > 0 },
    ...(counts.pending === 0 ? [] : [{ label: 'Pending', value: formatCount(counts.pending), note: 'on the way at the end', bad: true }]),
    { label: 'Throughput', value: formatShare(record.throughput.overall), note: 'delivered of planned' },
    { label: 'Delay p99', value: formatMs(latencyMs.delivery.p99), note: `median ${formatMs(latencyMs.delivery.p50)}` },
    { label: 'Send lag p99', value: formatMs(latencyMs.generatorLag.p99), note: "the harness's own" },
  ]
}

/** Every planned event is in exactly one state: the sum is written out, so that a reader can check it. */
function account(record: RunRecord): Markup {
  const { counts } = record
  const noun = nounOf(record)
  const flags = { 'late': counts.late, 'duplicated': counts.duplicated, 'mutated': counts.mutated, 'phantom': counts.phantom, 'resolved': counts.resolved, 'refused but applied': counts.refusedButApplied }
  const unsent = Object.entries(record.unsentReasons).map(([reason, count]) => `${formatCount(count)} ${reason}`).join(', ')
  return html`<div class="account">
<p><b>${formatCount(counts.planned)}</b> planned = <b>${formatCount(counts.delivered)}</b> delivered + <b>${formatCount(counts.lost)}</b> lost + <b>${formatCount(counts.missed)}</b> missed + <b>${formatCount(counts.pending)}</b> pending</p>
<p>${formatCount(counts.attempts)} attempts; ${noun}s acked ${formatCount(counts.acked)}, indeterminate ${formatCount(counts.indeterminate)}, refused ${formatCount(counts.refused)}, unsent ${formatCount(counts.unsent)}${unsent === '' ? '' : ` (${unsent})`}; ${formatCount(counts.arrivals)} arrivals</p>
<p>${Object.entries(flags).map(([name, count], index) => html`${index === 0 ? '' : ', '}${count > 0 ? html`<b>${formatCount(count)} ${name}</b>` : `0 ${name}`}`)}</p>
<details class="glossary"><summary>What these words mean</summary><dl class="words">${words.map(([word, meaning]) => html`<div><dt>${word}</dt><dd>${meaning}</dd></div>`)}</dl></details>
</div>`
}

const words = [
  ['acked', 'an attempt got a whole 2xx in time; from then on the pipeline owes the order'],
  ['refused', 'provably no effect: nothing was sent, or the status means "not taken"'],
  ['indeterminate', 'neither: it may have taken effect'],
  ['delivered', 'arrived at its destinations'],
  ['lost', 'acked, and absent at the end'],
  ['missed', 'never acked, and absent: retries used up, unsubscribed or unsent'],
  ['pending', 'absent, but deliveries were still coming when time ran out'],
  ['late', 'arrived later than the scenario allows after its planned instant'],
  ['duplicated', "more than one effect after the destination's own idempotency"],
  ['mutated', 'arrived with another amount or digest'],
  ['phantom', 'arrived, and was never sent'],
  ['resolved', 'indeterminate, and arrived'],
  ['refused but applied', 'refused, and arrived all the same'],
] as const
