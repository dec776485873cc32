/** The checks of the page, the one that decided first, each with what was expected, what was seen and what shows it. */
import { countOf } from '../format.ts'
import type { RunRecord } from '../record.ts'
import { type CheckRecord, checkVerdicts, worstFirst } from '../verdict.ts'
import { firstOf, html, type Markup } from './markup.ts'

const evidenceLimit = 40

export function checksSection(record: RunRecord): Markup {
  const passed = record.checks.filter(check => check.verdict === 'pass').length
  return html`<section aria-labelledby="checks"><h2 id="checks">Checks</h2>
<table class="checks stacked"><caption>${passed} of ${countOf(record.checks.length, 'check')} passed. A broken invariant weighs more than a missed objective.</caption>
<thead><tr><th scope="col">Verdict</th><th scope="col">Check</th><th scope="col">Observed</th><th scope="col">Expected</th></tr></thead>
<tbody>${worstFirst(record.checks).map(row)}</tbody></table>${deaths(record)}</section>`
}

function row(check: CheckRecord): Markup {
  const { mark, tone } = checkVerdicts[check.verdict]
  return html`<tr data-tone="${tone}"><td class="verdict"><span class="mark" aria-hidden="true">${mark}</span>${check.verdict}</td>
<th scope="row">${check.name}<span class="kind">${check.invariant ? 'invariant' : 'objective'}</span></th>
<td>${check.observed}</td><td class="expected">${check.expected}</td></tr>${check.evidence.length === 0 ? undefined : html`
<tr class="shown-by"><td colspan="2"></td><td colspan="2">${evidence(check.evidence, check.verdict !== 'pass')}</td></tr>`}`
}

/** Lines that show something, behind a fold; nothing where there are none. */
export function evidence(lines: readonly string[], open: boolean): Markup | undefined {
  if (lines.length === 0) return undefined
  const { shown, leftOut } = firstOf(lines, evidenceLimit)
  return html`<details${open ? html` open` : ''}><summary>${countOf(lines.length, 'line')} of evidence</summary><pre>${shown.join('\n')}${leftOut === 0 ? '' : `\nand ${leftOut} more`}</pre></details>`
}

function deaths(record: RunRecord): Markup | undefined {
  if (record.deaths.length === 0) return undefined
  return html`<h3>What died unasked</h3><ul class="deaths">${firstOf(record.deaths, 20).shown.map(death => html`<li><b>${death.name}</b>${death.harness ? ' (part of the harness)' : ''} ${death.how} at ${(death.at / 1_000).toFixed(2)} s${evidence(death.lastLines, true)}</li>`)}</ul>`
}
