/**
 * `npm run bench`: the highest constant rate that the reference pipeline holds on this machine, harness included, in the same run as local processes
 * through the Toxiproxy links, without them, and in containers where a Docker engine answers; and what an order costs each process.
 *
 *   node test/bench/main.ts                              search for the highest rates, 15 s a try, then 60 s at 5,000 orders/s each
 *   node test/bench/main.ts --rate 5000                  only the 60 s at that rate
 *   node test/bench/main.ts --only toxiproxy,containers  only these of toxiproxy, direct, containers
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { FloodmarkError } from '../../harness/errors.ts'
import { runScenario } from '../../harness/run.ts'
import { loadScenario } from '../../harness/scenario/load.ts'
import { prepare } from '../../harness/scenario/prepare.ts'
import { silent } from '../../harness/progress.ts'
import { seriesRecord, type RunRecord, type SeriesRecord } from '../../reports/record.ts'

/** Where the pipeline stands; the first is what the others are set beside. */
const arms = { toxiproxy: { links: 'toxiproxy', environment: 'local' }, direct: { links: 'direct', environment: 'local' }, containers: { links: 'toxiproxy', environment: 'containers' } } as const
type Arm = keyof typeof arms
const tries = { lowest: 500, highest: 10_000, step: 500, duration: '15s' } as const
const proof = { rate: 5_000, duration: '60s' } as const

interface Measured {
  record: RunRecord
  holds: boolean
  why: string
}

async function measure(arm: Arm, rate: number, duration: string, out: string): Promise<Measured> {
  const scenario = await loadScenario(fileURLToPath(new URL('./steady.ts', import.meta.url)))
  const { links, environment } = arms[arm]
  const prepared = prepare(scenario, { set: { rate, duration }, links, environment })
  const options = { seed: 1, out, links, allowedHosts: [], signal: new AbortController().signal, progress: silent }
  const { record, folder } = await runScenario(prepared, options)
  const series = seriesRecord.parse(JSON.parse(await readFile(join(folder, record.files.series), 'utf8')))
  const failing = record.checks.filter(check => check.verdict !== 'pass').map(check => `${check.name}: ${check.observed}`)
  const grows = backlogGrows(series, record.plan.durationMs, rate)
  if (grows !== undefined) failing.push(grows)
  await rm(folder, { recursive: true })
  return { record, holds: failing.length === 0, why: failing.join('; ') }
}

/** The median backlog of the flood's last third stands above the middle third's by more than half a second's load. */
function backlogGrows(series: SeriesRecord, durationMs: number, rate: number): string | undefined {
  const flood = series.backlog.slice(0, Math.floor(durationMs / 1000))
  const third = Math.floor(flood.length / 3)
  const median = (list: number[]): number => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]
  const middle = median(flood.slice(third, 2 * third))
  const last = median(flood.slice(2 * third))
  return last > middle + rate / 2 ? `backlog grows: ${middle} orders in the middle third, ${last} in the last` : undefined
}

/** The highest multiple of the step that holds, by bisection; what fails once is tried again, since the machine may be noisy. */
async function highestRate(arm: Arm, out: string): Promise<{ rate: number; beyond: string }> {
  let [holds, fails] = [tries.lowest - tries.step, tries.highest + tries.step]
  let beyond = 'nothing failed'
  while (fails - holds > tries.step) {
    const rate = Math.round((holds + fails) / 2 / tries.step) * tries.step
    let tried = await measure(arm, rate, tries.duration, out)
    if (!tried.holds) tried = await measure(arm, rate, tries.duration, out)
    console.log(`  ${arm} ${rate}/s: ${tried.holds ? 'holds' : `does not hold (${tried.why})`}`)
    if (tried.holds) holds = rate
    else [fails, beyond] = [rate, tried.why]
  }
  return { rate: holds, beyond }
}

function printCost(arm: Arm, { record, holds, why }: Measured): void {
  const { counts, latencyMs, processes, machineCpu: busy } = record
  console.log(`\n${arm}: ${record.scenario.parameters.rate} orders/s for ${record.scenario.parameters.duration}: ${holds ? 'holds' : `DOES NOT HOLD: ${why}`}`)
  console.log(`  delivered ${counts.delivered} of ${counts.planned}; generator lag p99 ${latencyMs.generatorLag.p99.toFixed(2)} ms; answer p99 ${latencyMs.answer.p99.toFixed(1)} ms; delivery p50 ${latencyMs.delivery.p50.toFixed(0)} ms, p99 ${latencyMs.delivery.p99.toFixed(0)} ms`)
  const total = costOf(record) * counts.planned
  for (const each of processes.toSorted((a, b) => b.cpuMicroseconds - a.cpuMicroseconds)) {
    console.log(`  ${each.name.padEnd(16)} ${(each.cpuMicroseconds / counts.planned).toFixed(1).padStart(7)} µs CPU an order  ${(each.peakRssBytes / 2 ** 20).toFixed(0).padStart(5)} MiB`)
  }
  const share = total / 1000 / record.plan.durationMs / cpus().length
  console.log(`  ${'all'.padEnd(16)} ${(total / counts.planned).toFixed(1).padStart(7)} µs CPU an order; ${(share * 100).toFixed(0)} % of ${cpus().length} cores over the flood${busy === null ? '' : `; with what belongs to nobody here, such as an engine's own proxies and the kernel, ${(busy.busyShare * 100).toFixed(0)} %, and ${(busy.stolenShare * 100).toFixed(1)} % stolen`}`)
}

function costOf({ counts, processes }: RunRecord): number {
  return processes.reduce((sum, each) => sum + each.cpuMicroseconds, 0) / counts.planned
}

/** Does the work for each arm that can be had here; says which cannot, and why. */
async function forEach<T>(chosen: readonly Arm[], work: (arm: Arm) => Promise<T>): Promise<Map<Arm, T>> {
  const results = new Map<Arm, T>()
  for (const arm of chosen) {
    try {
      results.set(arm, await work(arm))
    } catch (error) {
      if (!(error instanceof FloodmarkError) || error.exit !== 'unavailable') throw error
      console.log(`${arm}: not measured: ${error.message}`)
    }
  }
  return results
}

/** What each arm comes to in relation to the first. */
function printRatios(title: string, values: ReadonlyMap<Arm, number>): void {
  const [[first, one] = [], ...others] = values
  for (const [arm, value] of others) console.log(`${title}: ${arm} / ${first} = ${(value / one!).toFixed(2)}`)
}

const { values } = parseArgs({ options: { rate: { type: 'string' }, only: { type: 'string', default: Object.keys(arms).join(',') } } })
const chosen = values.only.split(',').filter((name): name is Arm => Object.hasOwn(arms, name))
const out = await mkdtemp(join(tmpdir(), 'floodmark-bench-'))
console.log(`${cpus().length} cores, ${cpus()[0].model}, Node ${process.version}`)
if (values.rate === undefined) {
  const highest = await forEach(chosen, async arm => {
    const { rate, beyond } = await highestRate(arm, out)
    console.log(`${arm}: the highest rate that holds is ${rate} orders/s; what gives way beyond it: ${beyond}`)
    return rate
  })
  printRatios('highest rate', highest)
}
const rate = Number(values.rate ?? proof.rate)
const costs = await forEach(chosen, async arm => {
  const measured = await measure(arm, rate, proof.duration, out)
  printCost(arm, measured)
  return costOf(measured.record)
})
printRatios('CPU an order', costs)
await rm(out, { recursive: true, force: true })
