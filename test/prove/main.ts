/**
 * `npm run prove`: that the harness can be trusted, tried in full: every planted bug caught, no false alarm in 50 clean runs, nothing left behind by
 * 30 deaths of the harness in the middle of faults, the whole matrix, and a search that shrinks. Takes about an hour.
 *
 *   npm run prove                    all of it
 *   npm run prove -- --sample        a sample of each, some minutes: what every change must pass
 *   npm run prove -- --only kills    steps whose name holds this
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { steps, type Step } from './steps.ts'

const { values } = parseArgs({ options: { sample: { type: 'boolean', default: false }, seed: { type: 'string', default: '1' }, only: { type: 'string' } } })
const out = await mkdtemp(join(tmpdir(), 'floodmark-prove-'))
const failures: string[] = []
const rows: string[] = []
let child: ReturnType<typeof spawn> | undefined
// The command of the step ends in order; its own children are its own to end.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => void (child?.kill('SIGINT'), failures.push('interrupted')))

for (const step of steps({ sample: values.sample, seed: Number(values.seed), out })) {
  if (failures.includes('interrupted')) break
  if (values.only !== undefined && !step.name.includes(values.only)) continue
  console.log(`\n--- ${step.name}`)
  const startedAtMs = performance.now()
  const problem = await carryOut(step)
  rows.push(`${problem === undefined ? '✓' : '✗'} ${step.name.padEnd(60)}${((performance.now() - startedAtMs) / 60_000).toFixed(1).padStart(6)} min${problem === undefined ? '' : `  ${problem}`}`)
  if (problem !== undefined) failures.push(step.name)
}
console.log(`\n${rows.join('\n')}`)
if (failures.length === 0) await rm(out, { recursive: true, force: true })
else console.log(`\nrun records are kept in ${out}`)
process.exitCode = failures.length === 0 && rows.length > 0 ? 0 : 1

/** What was wrong with the step, or undefined. */
async function carryOut({ args, exit, says }: Step): Promise<string | undefined> {
  child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let stdout = ''
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    process.stdout.write(text)
  })
  const code = await new Promise<number | null>(resolve => child!.once('close', resolve))
  if (code !== exit) return `exit ${code}, expected ${exit}`
  return says === undefined || says.test(stdout) ? undefined : `did not say ${says}`
}
