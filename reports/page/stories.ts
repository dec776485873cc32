/** Stories of single orders: every attempt and arrival, with the faults that came between, as a list and as a bar. */
import { formatInstant, formatMs } from '../format.ts'
import { faultLabel, faultWindow, lastMs } from '../outage.ts'
import type { RunRecord } from '../record.ts'
import { storiesWorstFirst, type Story } from '../story.ts'
import { firstOf, html, type Markup } from './markup.ts'

const storyLimit = 24
const momentLimit = 60

interface Moment {
  atMs: number
  kind: 'planned' | 'acked' | 'failed' | 'arrived' | 'fault'
  text: string
}

export function storiesSection(record: RunRecord): Markup {
  const { shown, leftOut } = firstOf(storiesWorstFirst(record), storyLimit)
  const more = leftOut === 0 ? '' : ` ${leftOut} more are in run.json, all of them in ${record.files.events}.`
  return html`<section aria-labelledby="orders"><h2 id="orders">Orders worth a look</h2>
<p class="lead">${shown.length === 0 ? 'None: no order was lost, missed, duplicated or late enough to tell of.' : `What happened to single orders, the worst first.${more}`}</p>
<div class="stories">${shown.map(story => storyCard(story, record))}</div></section>`
}

function storyCard(story: Story, record: RunRecord): Markup {
  const { shown, leftOut } = firstOf(momentsOf(story, record), momentLimit)
  const bad = story.why !== 'latest'
  return html`<article class="story"><h3><span class="why${bad ? ' bad' : ''}">${story.why}</span> order <code>${story.order}</code></h3>
<p class="where">${story.shop} · ${story.topic} · event ${story.event}</p>${bar(story, record)}
<ol>${shown.map(moment => html`<li class="${moment.kind}"><time>${formatInstant(moment.atMs)}</time><span>${moment.text}</span></li>`)}${leftOut === 0 ? '' : html`<li><time></time><span>and ${leftOut} more moments</span></li>`}${story.arrivals.filter(arrival => arrival.firstAt === null).map(arrival => html`<li class="absent"><time>never</time><span>arrived at ${arrival.destination}</span></li>`)}</ol></article>`
}

function momentsOf(story: Story, record: RunRecord): Moment[] {
  const own: Moment[] = [
    { atMs: story.plannedAt, kind: 'planned', text: 'planned' },
    ...story.attempts.map(({ number, sentAt, endedAt, outcome, status }): Moment => ({
      atMs: sentAt, kind: outcome === 'acked' ? 'acked' : 'failed',
      text: `attempt ${number}: ${outcome}${status === null ? '' : `, status ${status}`}${endedAt === null ? ', no end seen' : ` after ${formatMs(endedAt - sentAt)}`}`,
    })),
    ...story.arrivals.flatMap(({ destination, firstAt, arrivals, effects }): Moment[] => (firstAt === null ? [] : [{
      atMs: firstAt, kind: 'arrived',
      text: `arrived at ${destination}, ${formatMs(firstAt - story.plannedAt)} after it was due${arrivals > 1 ? `; ${arrivals} arrivals, ${effects} ${effects === 1 ? 'effect' : 'effects'}` : ''}`,
    }])),
  ]
  const { fromMs, toMs } = spanOf(story, record)
  const faults = record.faults.flatMap((fault): Moment[] => [
    ...(fault.installedAt === null ? [] : [{ atMs: fault.installedAt, kind: 'fault' as const, text: `${faultLabel(fault)}: in force` }]),
    ...(fault.healedAt === null ? [] : [{ atMs: fault.healedAt, kind: 'fault' as const, text: `${faultLabel(fault)}: healed` }]),
  ])
  return [...own, ...faults.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs)].toSorted((a, b) => a.atMs - b.atMs)
}

/** From the planned instant to the last thing that happened; for an order that never arrived, to the end of the flood's faults, which tell why. */
function spanOf(story: Story, record: RunRecord): { fromMs: number; toMs: number } {
  const ends = [...story.attempts.map(attempt => attempt.endedAt ?? attempt.sentAt), ...story.arrivals.map(arrival => arrival.firstAt ?? 0)]
  const absent = story.arrivals.some(arrival => arrival.firstAt === null)
  const toMs = Math.max(story.plannedAt + 1, ...ends, ...(absent ? record.faults.map(fault => fault.healedAt ?? lastMs(record)) : []))
  return { fromMs: story.plannedAt, toMs }
}

/** The list again as a picture; says nothing more, so screen readers skip it. */
function bar(story: Story, record: RunRecord): Markup {
  const { fromMs, toMs } = spanOf(story, record)
  const edgeMs = (toMs - fromMs) * 0.03
  const percent = (atMs: number): string => (Math.min(1, Math.max(0, (atMs - fromMs + edgeMs) / (toMs - fromMs + 2 * edgeMs))) * 100).toFixed(2)
  const bands = record.faults.flatMap(fault => faultWindow(fault, lastMs(record)) ?? []).filter(window => window.toMs >= fromMs - edgeMs && window.fromMs <= toMs + edgeMs)
  const marks = firstOf(momentsOf(story, record).filter(moment => moment.kind !== 'fault'), momentLimit).shown
  return html`<div class="bar" aria-hidden="true">${firstOf(bands, momentLimit).shown.map(window => html`<i class="band" style="left:${percent(window.fromMs)}%;right:${(100 - Number(percent(window.toMs))).toFixed(2)}%"></i>`)}${marks.map(moment => html`<i class="${moment.kind}" style="left:${percent(moment.atMs)}%"></i>`)}</div>`
}
