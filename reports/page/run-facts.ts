/** How the run was made: phases, processes, machine and versions, its files, and how to do it again. */
import { formatBytes, formatCount, formatInstant, formatMs } from '../format.ts'
import type { RunRecord } from '../record.ts'
import { worstStory } from '../story.ts'
import { html, type Markup } from './markup.ts'

export function phasesSection(record: RunRecord): Markup {
  return html`<section aria-labelledby="phases"><h2 id="phases">Phases</h2>
<table class="numeric narrow"><caption>The run took ${formatMs(record.durationMs)}.</caption><thead><tr><th scope="col">Phase</th><th scope="col">began</th><th scope="col">took</th></tr></thead>
<tbody>${record.phases.map(({ name, startMs, endMs }) => html`<tr><th scope="row">${name}</th><td>${formatInstant(startMs)}</td><td>${formatMs(endMs - startMs)}</td></tr>`)}</tbody></table></section>`
}

export function processesSection(record: RunRecord): Markup {
  const { processes, counts } = record
  const total = processes.reduce((sum, one) => sum + one.cpuMicroseconds, 0)
  const cpu = (microseconds: number): Markup => html`<td>${formatMs(microseconds / 1_000)}</td><td>${counts.planned === 0 ? '–' : `${formatCount(microseconds / counts.planned)} µs`}</td>`
  return html`<section aria-labelledby="processes"><h2 id="processes">Processes</h2>
<table class="numeric narrow"><caption>CPU time and peak memory of everything that ran, the harness's own parts included; those that were killed count too.</caption>
<thead><tr><th scope="col">Process</th><th scope="col">CPU</th><th scope="col">an order</th><th scope="col">peak memory</th></tr></thead>
<tbody>${processes.map(({ name, cpuMicroseconds, peakRssBytes }) => html`<tr><th scope="row">${name}</th>${cpu(cpuMicroseconds)}<td>${formatBytes(peakRssBytes)}</td></tr>`)}</tbody>
<tfoot><tr><th scope="row">All</th>${cpu(total)}<td></td></tr></tfoot></table></section>`
}

const spacings = { even: 'evenly spaced', uniform: 'each anywhere within its even space', poisson: 'as a Poisson process has them' } as const

export function environmentSection(record: RunRecord): Markup {
  const { environment, floodmark, plan } = record
  const facts: [string, string][] = [
    ['Floodmark', `${floodmark.version}${floodmark.commit === null ? '' : `, commit ${floodmark.commit.slice(0, 10)}`}${floodmark.dirty === true ? ' with changes' : ''}`],
    ['Machine', `${environment.cpus} × ${environment.cpuModel}, ${formatBytes(environment.memoryBytes)}, ${environment.os}${cpu(record.machineCpu)}`],
    ['Environment', `${environment.kind}, links ${record.links}, engine ${record.engine}${record.senders === 1 ? '' : `, ${record.senders} sender threads`}`],
    ['Versions', Object.entries(environment.versions).map(([name, version]) => `${name} ${version}`).join(', ')],
    ['Plan', `${formatCount(plan.events)} webhooks of ${formatCount(plan.orders)} orders in ${formatMs(plan.durationMs)}, ${spacings[plan.spacing]}; at worst ${formatCount(plan.worstAttemptsPerSecond)} attempts a second on ${formatCount(plan.worstSockets)} sockets${disorder(plan)}`],
    ['Repair', record.scenario.repair ? 'part of the claim: reconciliation could ask the Admin API' : 'no part of the claim: the Admin API answered 503'],
    ['Seed', String(record.seed)],
    ['Hashes', `plan ${record.planHash}, scenario ${record.scenario.hash}, system ${record.system.configHash}, machine ${environment.fingerprint}`],
  ]
  return html`<section aria-labelledby="environment"><h2 id="environment">Environment</h2><dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>`
}

/** How busy it was in the flood, and what a rented machine did not have of its cores, where that is more than a rounding. */
function cpu(machine: RunRecord['machineCpu']): string {
  if (machine === null) return ''
  const { busyShare, stolenShare } = machine
  return `; ${(busyShare * 100).toFixed(0)} % busy in the flood${stolenShare < 0.005 ? '' : `, and ${(stolenShare * 100).toFixed(1)} % given to other guests by its hypervisor`}`
}

/** What the platform was asked to do wrong; nothing where it was not. */
function disorder({ ordersOutOfOrder, repeats }: RunRecord['plan']): string {
  if (ordersOutOfOrder + repeats === 0) return ''
  return `; ${formatCount(repeats)} webhooks sent twice, ${formatCount(ordersOutOfOrder)} orders with topics out of order`
}

/** The files beside the report, a query that answers the first question anyone has, and the command that makes this run again. */
export function filesSection(record: RunRecord): Markup {
  const { files } = record
  const quoted = (name: string): string => `'${name.replaceAll("'", "''")}'`
  const query = `-- which orders did not arrive?\nselect order_id, shop, state, outcome, attempts, planned_ms, acked_ms, event\n  from ${quoted(files.events)} where state <> 'delivered' order by planned_ms limit 20;\n\n-- every attempt of one order\nselect * from ${quoted(files.attempts)} where event = ${worstStory(record)?.event ?? 0} order by attempt;`
  return html`<section aria-labelledby="again"><h2 id="again">Look further, do it again</h2>
<h3>Ask the history</h3><p>Every order and attempt is in two Parquet files beside this page. In its folder, with DuckDB:</p><pre tabindex="0">${query}</pre>
<h3>Run it again</h3><p>The same seed plans the same webhooks at the same instants.</p><pre tabindex="0">${['npx', 'floodmark', ...record.command].map(shellWord).join(' ')}</pre>
<h3>Files</h3><p class="files">${['run.json', files.series, files.events, files.attempts, ...files.logs].slice(0, 60).map(name => html`<a href="${relativeUrl(name)}">${name}</a> `)}</p></section>`
}

/** A word as a POSIX shell reads it back. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

/** A link into the run's folder, never to anywhere else, whatever the name is. */
function relativeUrl(name: string): string {
  return `./${name.split('/').map(encodeURIComponent).join('/')}`
}
