/** The matrix as one page that opens from disk: dependencies down, failures across, and in each cell what users saw. */
import { readFileSync } from 'node:fs'
import { formatMs } from '../format.ts'
import { renderDocument } from '../page/document.ts'
import { html, type Markup } from '../page/markup.ts'
import { nameOf } from './markdown.ts'
import { stateOf, type MatrixRecord } from './record.ts'
import { ageOf, cellSentence, countStates, differences, stateLine, stateMarks } from './words.ts'

/** The whole page as text; its links lead to the runs' own reports beside it. */
export function renderMatrixHtml(record: MatrixRecord, now: number): string {
  const counts = countStates(record)
  const tone = counts.differs > 0 ? 'bad' : counts['no verdict'] > 0 ? 'void' : counts.undeclared + counts['never run'] > 0 ? 'unsure' : 'good'
  return renderDocument({
    title: `Resiliency matrix of ${record.system.name}`,
    allowed: [],
    styles: ['../page/page.css', 'matrix.css'].map(name => readFileSync(new URL(name, import.meta.url), 'utf8')),
    body: html`<main>
<header class="banner" data-tone="${tone}">
<p class="run"><strong>${record.system.name}</strong><span>floodmark ${record.floodmark.version}</span><span>${record.machine}</span></p>
<h1>Resiliency matrix</h1>
<p class="sentence">${stateLine(record)}.</p>
</header>
<section aria-labelledby="matrix"><h2 id="matrix">When a dependency fails, what do orders see?</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Matrix"><table class="matrix"><caption>Each cell is a run of its own. An empty one was never run; a dash is a failure that says nothing of that dependency. ${record.expectedFile === null ? 'Nothing is declared yet.' : `Declared in ${record.expectedFile}.`}</caption>
<thead><tr><td></td>${record.modes.map(({ name, summary }) => html`<th scope="col">${name}<span class="kind">${summary}</span></th>`)}</tr></thead>
<tbody>${record.dependencies.map(({ name, roles }) => html`<tr><th scope="row">${nameOf(name, roles)}</th>${record.modes.map(mode => matrixCell(record, name, mode.name, now))}</tr>`)}</tbody></table></div></section>
${differencesSection(record)}
</main>`,
  })
}

function matrixCell(record: MatrixRecord, dependency: string, mode: string, now: number): Markup {
  const state = stateOf(record, dependency, mode)
  const { mark, tone } = stateMarks[state]
  const cell = record.cells[dependency]?.[mode]
  if (cell === undefined) return html`<td data-tone="${tone}">${state === 'impossible' ? '–' : ''}</td>`
  const declared = record.expected[dependency]?.[mode]
  const note = state === 'no verdict' ? cell.why : cellSentence(cell)
  return html`<td data-tone="${tone}"><a href="${cell.folder}/report.html" title="${note}"><b>${mark} ${cell.outcome}</b></a><span>${formatMs(cell.delayMaxMs)}${cell.lost > 0 ? `, ${cell.lost} lost` : ''}${cell.missed > 0 ? `, ${cell.missed} missed` : ''}</span>${state === 'differs' ? html`<span>declared ${declared}</span>` : undefined}<span class="kind">${ageOf(cell, now)}</span></td>`
}

function differencesSection(record: MatrixRecord): Markup | undefined {
  const found = differences(record)
  if (found.length === 0) return undefined
  return html`<section aria-labelledby="differences"><h2 id="differences">Other than declared</h2><ul>${found.map(line => html`<li>${line}</li>`)}</ul></section>`
}
