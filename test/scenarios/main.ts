/**
 * Runs every shipped scenario against both pipelines, as a user would, and holds verdict and failing checks of run.json against
 * expected.ts. `node test/scenarios/main.ts [name...]` runs only these. Exits 1 where anything came out otherwise.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { runRecord, type RunRecord } from '../../reports/record.ts'
import { expected, type Expected } from './expected.ts'

const launcher = fileURLToPath(new URL('../../bin/floodmark.js', import.meta.url))
const runLimitMs = 6 * 60_000

async function run({ scenario, system }: Expected, out: string): Promise<{ exit: number | null; record: RunRecord | undefined; said: string }> {
  const args = ['run', scenario, '--json', '--seed', '2026', '--out', out, ...(system === '' ? [] : ['--system', system])]
  const child = spawn(process.execPath, [launcher, ...args], { stdio: ['ignore', 'pipe', 'pipe'], timeout: runLimitMs })
  const exited = new Promise<number | null>(resolve => child.once('exit', resolve))
  const [stdout, stderr, exit] = await Promise.all([buffer(child.stdout), buffer(child.stderr), exited])
  const line = stdout.toString().trim()
  return { exit, record: line === '' ? undefined : runRecord.parse(JSON.parse(line)), said: stderr.toString() }
}

/** What is wrong with the outcome; empty when it is what was expected. */
function problems(wanted: Expected, exit: number | null, record: RunRecord | undefined): string[] {
  if (record === undefined) return [`no run.json, exit ${exit}`]
  const failing = record.checks.filter(check => check.verdict === 'fail').map(check => check.name)
  const allowed = [...wanted.failing, ...(wanted.also ?? [])]
  return [
    ...(exit === wanted.exit && record.exitCode === wanted.exit ? [] : [`exit ${exit} (run.json: ${record.exitCode}), expected ${wanted.exit}`]),
    ...wanted.failing.filter(name => !failing.includes(name)).map(name => `${name} did not fail`),
    ...failing.filter(name => !allowed.includes(name)).map(name => `${name} failed`),
    // A broken invariant stands, whatever the harness could not do: a naive pipeline under a storm answers too slowly to be sent to on time.
    ...record.checks.filter(check => check.verdict === 'invalid' && wanted.exit !== 1).map(check => `${check.name} invalid: ${check.observed}`),
  ]
}

const only = process.argv.slice(2)
const table = expected.filter(row => only.length === 0 || only.includes(row.scenario) || only.includes(row.system))
const out = await mkdtemp(join(tmpdir(), 'floodmark-scenarios-'))
let failed = 0
for (const wanted of table) {
  const beganAt = Date.now()
  const { exit, record, said } = await run(wanted, out)
  const wrong = problems(wanted, exit, record)
  if (wrong.length > 0) failed++
  const counts = record && `${record.counts.delivered}/${record.counts.planned} delivered, ${record.counts.lost} lost, ${record.counts.missed} missed`
  console.log(`${wrong.length === 0 ? 'ok  ' : 'FAIL'} ${wanted.scenario} on ${wanted.system || 'its own system'}: exit ${exit}, ${counts ?? 'no record'} (${Math.round((Date.now() - beganAt) / 1000)} s)`)
  for (const line of wrong) console.log(`     ${line}`)
  if (wrong.length > 0) console.log(said.split('\n').slice(-25).map(line => `     | ${line}`).join('\n'))
}
if (failed === 0) await rm(out, { recursive: true, force: true })
else console.log(`run records kept in ${out}`)
console.log(`${table.length - failed} passed, ${failed} failed`)
process.exit(failed === 0 && table.length > 0 ? 0 : 1)
