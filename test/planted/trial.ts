// One planted bug, or none, put to the test: in a scratch copy, through the real command or the checkers' own tests.
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { runRecord } from '../../reports/record.ts'
import { isCheckerBug, type CheckerBug, type NoOp, type PipelineBug, type Planted } from './bug.ts'
import { runNode } from './child.ts'
import { applyPatch, makeScratch, type Scratch } from './scratch.ts'
import { expectationOf, weigh, type Verdict } from './verdict.ts'

/** A run that the machine was too busy for is done again, this often in all. */
const maxTries = 3
const runLimitMs = 4 * 60_000
const testsLimitMs = 2 * 60_000

/** One row of the table. */
export interface Outcome {
  name: string
  /** Scenario, or file of unit tests. */
  under: string
  /** What it must come to, in words. */
  expected: string
  isAsExpected: boolean
  /** Failing check or test; why it is not as expected. */
  by: string
  exit: number | null
  /** Of the last try. */
  seconds: number
  /** Why earlier tries said nothing: each was an invalid run. */
  invalid: readonly string[]
}

export interface TrialOptions {
  seed: number
  /** Where run records go; those of runs that came out as expected are removed. */
  out: string
  signal: AbortSignal
}

/** Plants a bug in a copy of its own and says whether it was caught there; of a no-op, whether it was not. */
export async function tryPlanted(planted: Planted, options: TrialOptions): Promise<Outcome> {
  await using scratch = await makeScratch()
  const refusal = await applyPatch(planted.name, scratch.folder)
  if (refusal === undefined) return isCheckerBug(planted) ? await tryChecker(planted, scratch, options) : await tryPipeline(planted, scratch, options)
  const under = isCheckerBug(planted) ? planted.tests : planted.scenario
  return { name: planted.name, under, expected: 'a patch that applies', isAsExpected: false, by: `does not apply: ${refusal.split('\n')[0]}`, exit: null, seconds: 0, invalid: [] }
}

async function tryPipeline(planted: PipelineBug | NoOp, scratch: Scratch, options: TrialOptions): Promise<Outcome> {
  const { name, scenario } = planted
  const expectation = expectationOf(planted)
  const expected = expectation === undefined ? 'no alarm' : `${expectation.check} fails, exit ${expectation.exit}`
  return await tryScenario({ name, under: scenario, expected }, `test/planted/scenarios/${scenario}.ts`, expectation, scratch, options)
}

/** A run of the unchanged pipeline, in a copy that many may share: any alarm is a false one. */
export async function tryClean(scenario: string, name: string, scratch: Scratch, options: TrialOptions): Promise<Outcome> {
  return await tryScenario({ name, under: scenario, expected: 'no alarm' }, `test/planted/scenarios/${scenario}.ts`, undefined, scratch, options)
}

type Row = Pick<Outcome, 'name' | 'under' | 'expected'>

async function tryScenario(row: Row, file: string, expectation: ReturnType<typeof expectationOf>, scratch: Scratch, options: TrialOptions): Promise<Outcome> {
  const out = join(options.out, row.name)
  const invalid: string[] = []
  for (;;) {
    await mkdir(out, { recursive: true })
    const { verdict, exit, seconds } = await runOnce(file, out, expectation, scratch, options)
    const isAsExpected = verdict.kind === 'asExpected'
    const isOver = verdict.kind !== 'noise' || invalid.length === maxTries - 1
    if (isAsExpected || !isOver) await rm(out, { recursive: true, force: true })
    if (isOver) return { ...row, isAsExpected, by: verdict.by, exit, seconds, invalid }
    invalid.push(verdict.by)
  }
}

async function runOnce(file: string, out: string, expectation: ReturnType<typeof expectationOf>, { folder }: Scratch, { seed, signal }: TrialOptions): Promise<{ verdict: Verdict; exit: number | null; seconds: number }> {
  const ended = await runNode(['bin/floodmark.js', 'run', file, '--json', '--seed', String(seed), '--out', out], { cwd: folder, limitMs: runLimitMs, signal })
  const { exit, seconds } = ended
  const line = ended.stdout.trim()
  if (line !== '') return { verdict: weigh(expectation, { exit, checks: runRecord.parse(JSON.parse(line)).checks }), exit, seconds }
  const said = ended.stderr.trim().split('\n').findLast(text => text.startsWith('floodmark: ')) ?? ended.stderr.trim().split('\n').at(-1)
  return { verdict: { kind: 'otherwise', by: `no run record: ${said}` }, exit, seconds }
}

async function tryChecker({ name, tests, fails }: CheckerBug, scratch: Scratch, { signal }: TrialOptions): Promise<Outcome> {
  const { failed, exit, seconds } = await runTests([tests], scratch, signal)
  const caught = failed.find(title => title.includes(fails))
  return { name, under: tests, expected: `"${fails}" fails`, isAsExpected: caught !== undefined, by: caught ?? (failed.join('; ') || 'nothing failed'), exit, seconds, invalid: [] }
}

/** The unit tests that must catch the checkers' bugs, without any: they pass, or a bug that they catch proves nothing. */
export async function tryTests(files: readonly string[], scratch: Scratch, { signal }: TrialOptions): Promise<Outcome> {
  const { failed, passed, exit, seconds } = await runTests(files, scratch, signal)
  const isAsExpected = exit === 0 && passed > 0
  return { name: 'checkers as they are', under: 'unit tests', expected: 'all tests pass', isAsExpected, by: isAsExpected ? '' : failed.join('; ') || 'no test ran', exit, seconds, invalid: [] }
}

interface TestReport {
  testResults: { assertionResults: { title: string; status: string }[] }[]
}

async function runTests(files: readonly string[], { folder }: Scratch, signal: AbortSignal): Promise<{ failed: string[]; passed: number; exit: number | null; seconds: number }> {
  const report = join(folder, 'tests.json')
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', '--reporter', 'json', '--outputFile', report, ...files.map(file => `test/unit/${file}.test.ts`)]
  const { exit, seconds } = await runNode(args, { cwd: folder, limitMs: testsLimitMs, signal })
  const { testResults } = await readFile(report, 'utf8').then(text => JSON.parse(text) as TestReport, (): TestReport => ({ testResults: [] }))
  const results = testResults.flatMap(file => file.assertionResults)
  return { failed: results.filter(test => test.status === 'failed').map(test => test.title), passed: results.filter(test => test.status === 'passed').length, exit, seconds }
}
