/**
 * `npm run planted`: plants each bug in a scratch copy of the checkout, runs it under the scenario that should see it, and says what caught it
 * and how soon; then clean runs, none of which may raise an alarm. Exits 1 with the names where a bug went unseen, an alarm was false or a run invalid.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FloodmarkError } from '../../harness/errors.ts'
import { runTogether } from '../together.ts'
import { isCheckerBug } from './bug.ts'
import { readAsked, scenarioNames, type Asked } from './choose.ts'
import type { Outcome, TrialOptions } from './outcome.ts'
import { tryRun } from './run-trial.ts'
import { makeScratch, type Scratch } from './scratch.ts'
import { renderTable } from './table.ts'
import { tryTests } from './tests-trial.ts'
import { tryPlanted } from './trial.ts'

/** Orders of this seed are small for the first few hundred, so that a bug of large ones lets the warm-up pass and shows in the flood. */
const plantedSeed = 1

const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop.abort(new FloodmarkError('interrupted', 'interrupted')))

try {
  const asked = readAsked(process.argv.slice(2))
  if (asked !== undefined) process.exitCode = report(await tryAll(asked), asked)
} catch (error) {
  const known = error instanceof FloodmarkError ? error : new FloodmarkError('internal', String((error as Error).stack ?? error))
  process.stderr.write(`planted: ${known.message}\n${known.hint === undefined ? '' : `${known.hint}\n`}`)
  process.exitCode = known.exitCode
}

async function tryAll({ planted, clean, atOnce, seed }: Asked): Promise<Outcome[]> {
  const out = await mkdtemp(join(tmpdir(), 'floodmark-planted-runs-'))
  const options: TrialOptions = { seed: plantedSeed, out, signal: stop.signal }
  const tests = [...new Set(planted.filter(isCheckerBug).map(bug => bug.tests))]
  await using unchanged = await makeScratch()
  const trials = [
    ...(tests.length > 0 ? [() => tryTests(tests, unchanged, options)] : []),
    ...planted.map(one => () => tryPlanted(one, options)),
    ...Array.from({ length: clean }, (_, run) => () => tryClean(run, unchanged, { ...options, seed: seed + run })),
  ]
  const outcomes: Outcome[] = []
  let ended = 0
  try {
    await runTogether(trials.map((trial, place) => ({ trial, place, millicores: 1_000 })), atOnce * 1_000, async ({ trial, place }) => {
      outcomes[place] = await trial()
      tell(outcomes[place], `${++ended}/${trials.length}`)
    })
  } finally {
    if (stop.signal.aborted || (await readdir(out)).length === 0) await rm(out, { recursive: true, force: true })
    else process.stderr.write(`run records of what came out otherwise: ${out}\n`)
  }
  return outcomes
}

/** Scenarios in turn, each run with a seed of its own. */
async function tryClean(run: number, scratch: Scratch, options: TrialOptions): Promise<Outcome> {
  const scenarios = scenarioNames()
  return await tryRun({ name: `clean-${run + 1}`, scenario: scenarios[run % scenarios.length] }, undefined, scratch, options)
}

/** A line as each comes to its end. */
function tell({ isAsExpected, name, under, expected, by, seconds, invalid }: Outcome, place: string): void {
  const told = isAsExpected ? by || 'no alarm' : `expected ${expected}; ${by || 'no alarm'}`
  const before = invalid.length === 0 ? '' : `, after ${invalid.length} invalid: ${invalid[0]}`
  process.stderr.write(`${place} ${isAsExpected ? 'ok' : 'FAIL'} ${name} under ${under}: ${told} (${seconds.toFixed(0)} s${before})\n`)
}

function report(outcomes: readonly Outcome[], { json }: Asked): number {
  process.stdout.write(json ? `${JSON.stringify(outcomes)}\n` : `\n${renderTable(outcomes)}\n`)
  const wrong = outcomes.filter(outcome => !outcome.isAsExpected).map(outcome => outcome.name)
  process.stderr.write(wrong.length === 0 ? `\n${outcomes.length} as expected\n` : `\n${wrong.length} of ${outcomes.length} not as expected: ${wrong.join(', ')}\n`)
  return wrong.length === 0 && outcomes.length > 0 ? 0 : 1
}
