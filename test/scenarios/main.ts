/**
 * Runs every shipped scenario against both pipelines, as a user would, some side by side, and holds verdict and failing checks of run.json
 * against expected.ts. Exits 1 where anything came out otherwise.
 *
 *   node test/scenarios/main.ts [--jobs N] [--env local|containers] [scenario or system ...]
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { expected, type Expected } from './expected.ts'
import { nameOf, runRow, type RowResult } from './row.ts'

/** A run at these rates keeps a third of a core busy, and all of one for moments: while it starts, and where a backlog is worked off. */
const jobsPerCore = 1.5

const { values, positionals: only } = parseArgs({ allowPositionals: true, options: { jobs: { type: 'string' }, env: { type: 'string' } } })
const jobs = Number(values.jobs ?? Math.max(1, Math.floor(availableParallelism() * jobsPerCore)))
if (!(Number.isInteger(jobs) && jobs > 0)) throw new Error(`--jobs: ${values.jobs} is not a whole number above 0`)
const here = expected.filter(row => row.env === undefined || row.env === values.env)
const table = here.filter(row => only.length === 0 || only.includes(row.scenario) || only.includes(row.system))
const out = await mkdtemp(join(tmpdir(), 'floodmark-scenarios-'))
const waiting = [...table]
/** Rows whose machine was too busy with the others for the harness to do its job. */
const again: Expected[] = []
let passed = 0
let failed = 0

async function work(): Promise<void> {
  for (let wanted = waiting.shift(); wanted !== undefined; wanted = waiting.shift()) {
    const result = await runRow(wanted, { out, env: values.env })
    if (result.invalid && result.problems.length > 0 && jobs > 1) {
      again.push(wanted)
      console.log(`     ${nameOf(wanted)}: invalid beside others, so once more alone at the end: ${result.problems.join('; ')}`)
    } else tell(result)
  }
}

function tell({ line, problems, said }: RowResult, how = ''): void {
  if (problems.length > 0) failed++
  else passed++
  console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${line}${how}`)
  for (const problem of problems) console.log(`     ${problem}`)
  if (problems.length > 0) console.log(said.map(each => `     | ${each}`).join('\n'))
}

await Promise.all(Array.from({ length: jobs }, work))
for (const wanted of again) tell(await runRow(wanted, { out, env: values.env }), ', alone')
if (failed === 0) await rm(out, { recursive: true, force: true })
else console.log(`run records kept in ${out}`)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 && passed === table.length && passed > 0 ? 0 : 1)
