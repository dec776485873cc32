// A trial of the checkers: their unit tests on hand-made histories, run in a scratch copy with a bug in it or without.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CheckerBug } from './bug.ts'
import { runNode } from './child.ts'
import type { Outcome, TrialOptions } from './outcome.ts'
import type { Scratch } from './scratch.ts'

const testsLimitMs = 2 * 60_000

/** Whether the test that must fail with the bug does. */
export async function tryChecker({ name, tests, fails }: CheckerBug, scratch: Scratch, options: TrialOptions): Promise<Outcome> {
  const { failed, exit, seconds } = await runTests([tests], scratch, options)
  const caught = failed.find(title => title.includes(fails))
  const by = caught ?? (failed.join('; ') || 'nothing failed')
  return { name, under: tests, expected: `"${fails}" fails`, isAsExpected: caught !== undefined, by, exit, seconds, invalid: [] }
}

/** The same tests without any bug: they pass, or what they catch proves nothing. */
export async function tryTests(files: readonly string[], scratch: Scratch, options: TrialOptions): Promise<Outcome> {
  const { failed, passed, exit, seconds } = await runTests(files, scratch, options)
  const isAsExpected = exit === 0 && passed > 0
  const by = isAsExpected ? '' : failed.join('; ') || 'no test ran'
  return { name: 'checkers as they are', under: 'unit tests', expected: 'all tests pass', isAsExpected, by, exit, seconds, invalid: [] }
}

interface TestReport {
  testResults: { assertionResults: { title: string; status: string }[] }[]
}

interface TestsEnd {
  /** Titles. */
  failed: string[]
  passed: number
  exit: number | null
  seconds: number
}

async function runTests(files: readonly string[], { folder }: Scratch, { signal }: TrialOptions): Promise<TestsEnd> {
  const report = join(folder, 'tests.json')
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', '--reporter', 'json', '--outputFile', report]
  const { exit, seconds } = await runNode([...vitest, ...files.map(file => `test/unit/${file}.test.ts`)], { cwd: folder, limitMs: testsLimitMs, signal })
  const { testResults } = await readFile(report, 'utf8').then(text => JSON.parse(text) as TestReport, (): TestReport => ({ testResults: [] }))
  const results = testResults.flatMap(file => file.assertionResults)
  const failed = results.filter(test => test.status === 'failed').map(test => test.title)
  return { failed, passed: results.filter(test => test.status === 'passed').length, exit, seconds }
}
