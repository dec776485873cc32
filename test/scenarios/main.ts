/**
 * Runs every shipped scenario against both pipelines, as a user would, side by side as far as the processor has room, and holds verdict and
 * failing checks of run.json against expected.ts. Exits 1 where anything came out otherwise.
 *
 *   node test/scenarios/main.ts [--cores N] [--env local|containers] ['queue-outage' | 'naive' | 'queue-outage on naive' ...]
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { expected, type Expected } from './expected.ts'
import { nameOf, runRow, type RowResult } from './row.ts'
import { runTogether } from '../together.ts'

const { values, positionals: only } = parseArgs({ allowPositionals: true, options: { cores: { type: 'string' }, env: { type: 'string' } } })
const millicores = 1_000 * Number(values.cores ?? availableParallelism())
if (!(millicores > 0)) throw new Error(`--cores: ${values.cores} is not a number above 0`)
const here = expected.filter(row => row.env === undefined || row.env === values.env)
const table = here.filter(row => only.length === 0 || [row.scenario, row.system, nameOf(row)].some(name => only.includes(name)))
const out = await mkdtemp(join(tmpdir(), 'floodmark-scenarios-'))
const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort())
const options = { out, env: values.env, signal: stop.signal }
const beganAt = Date.now()
const alone: Expected[] = []
let passed = 0
let failed = 0

await runTogether(table, millicores, async wanted => {
  if (stop.signal.aborted) return
  const result = await runRow(wanted, options)
  if (!result.mayBeTheMachine || result.problems.length === 0 || table.length === 1) return tell(result)
  alone.push(wanted)
  console.log(`     ${result.line}; others had the machine too, so it is run once more, alone, at the end: ${result.problems.join('; ')}`)
})
for (const wanted of alone) if (!stop.signal.aborted) tell(await runRow(wanted, options), ', alone')
if (failed === 0) await rm(out, { recursive: true, force: true })
else console.log(`run records kept in ${out}`)
console.log(`${passed} passed, ${failed} failed in ${((Date.now() - beganAt) / 60_000).toFixed(1)} min, ${alone.length} of them tried again`)
process.exit(failed === 0 && passed === table.length && passed > 0 ? 0 : 1)

function tell({ line, problems, said }: RowResult, how = ''): void {
  if (problems.length > 0) failed++
  else passed++
  console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${line}${how}`)
  for (const problem of problems) console.log(`     ${problem}`)
  if (problems.length > 0) console.log(said.map(each => `     | ${each}`).join('\n'))
}
