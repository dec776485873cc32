/** The faults of the page: what was asked for, what was proven, and how long the pipeline took to be good again. */
import { formatInstant, formatMs } from '../format.ts'
import { faultLabel, faultParameters, type FaultRow } from '../outage.ts'
import type { RunRecord } from '../record.ts'
import { evidence } from './checks.ts'
import { firstOf, html, type Markup } from './markup.ts'

const faultLimit = 200

export function faultsSection(record: RunRecord): Markup {
  if (record.faults.length === 0) return html`<section aria-labelledby="faults"><h2 id="faults">Faults</h2><p>None was asked for.</p></section>`
  const { shown, leftOut } = firstOf(record.faults, faultLimit)
  return html`<section aria-labelledby="faults"><h2 id="faults">Faults and recovery</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Faults and recovery"><table class="numeric">
<caption>Instants are seconds since the flood began. Recovery counts from the heal to the first of five good seconds in a row.${leftOut === 0 ? '' : ` ${leftOut} more are in run.json.`}</caption>
<thead><tr><th scope="col" rowspan="2">Fault</th><th scope="colgroup" colspan="5">Recorded</th><th scope="colgroup" colspan="3">Recovered after</th></tr>
<tr><th scope="col">requested</th><th scope="col">installed</th><th scope="col">observed</th><th scope="col">healed</th><th scope="col">in force</th><th scope="col">admission</th><th scope="col">backlog</th><th scope="col">destination</th></tr></thead>
<tbody>${shown.map((fault, index) => row(fault, index + 1, record))}</tbody></table></div></section>`
}

function row(fault: FaultRow, number: number, record: RunRecord): Markup {
  const recovery = record.recoveryMs.find(one => one.fault === fault.id)
  const inForce = fault.installedAt === null || fault.healedAt === null ? null : fault.healedAt - fault.installedAt
  const recovered = (ms: number | null | undefined): string => (ms === undefined ? '–' : ms === null ? 'not in the run' : formatMs(ms))
  return html`<tr><th scope="row"><span class="number">${number}</span>${faultLabel(fault)}<span class="kind">${faultParameters(fault)}</span></th>
<td>${formatInstant(fault.requestedAt)}</td><td>${fault.installedAt === null ? 'never' : formatInstant(fault.installedAt)}</td>
<td>${fault.observedAt === null ? html`<b>never</b>` : html`${formatInstant(fault.observedAt)}<span class="kind">by ${fault.observedBy ?? 'nothing'}</span>`}</td>
<td>${fault.healedAt === null ? html`<b>never</b>` : formatInstant(fault.healedAt)}</td><td>${formatMs(inForce)}</td>
<td>${recovered(recovery?.admission)}</td><td>${recovered(recovery?.backlog)}</td><td>${recovered(recovery?.destination)}</td></tr>${fault.evidence.length === 0 ? undefined : html`
<tr class="shown-by"><td colspan="9">${evidence(fault.evidence, false)}</td></tr>`}`
}
