/** JUnit XML for a CI: a suite per run, a case per check. Only a pass is green; what cannot be said is an error. */
import junitModule, { type Builder } from 'junit-report-builder'
import { plainText } from './format.ts'
import type { RunRecord } from './record.ts'
import { verdictSentence } from './sentence.ts'
import type { CheckRecord } from './verdict.ts'

type Suite = ReturnType<Builder['testSuite']>

// Its types tell of a `default` inside the module; what Node imports is the builder itself.
const junit = junitModule as unknown as Builder

/** One document for all runs. A failed check is a failure; an unknown or invalid one is an error of that type, since a CI must not show it green. */
export function renderJUnit(records: readonly RunRecord[]): string {
  const builder = junit.newBuilder().name('floodmark')
  for (const record of records) addRun(builder.testSuite(), record)
  return builder.build()
}

function addRun(suite: Suite, record: RunRecord): void {
  const name = `${record.scenario.name} on ${record.system.name}`
  suite.name(plainText(name)).timestamp(record.startedAt).time(record.durationMs / 1_000)
  const properties = { runId: record.runId, seed: record.seed, planHash: record.planHash, verdict: record.verdict, exitCode: record.exitCode, sentence: verdictSentence(record) }
  for (const [key, value] of Object.entries(properties)) suite.property(key, plainText(String(value)))
  for (const check of record.checks) addCheck(suite, name, check)
  // Every check may be green and the run not, for example where nothing was judged at all.
  if (record.verdict !== 'pass' && record.checks.every(check => check.verdict === 'pass')) suite.testCase().className(plainText(name)).name('verdict').error(plainText(verdictSentence(record)), record.verdict)
}

function addCheck(suite: Suite, className: string, check: CheckRecord): void {
  const row = suite.testCase().className(plainText(className)).name(plainText(check.name))
  if (check.verdict === 'pass') return
  const message = plainText(`expected ${check.expected}; observed ${check.observed}`)
  const detail = plainText([`verdict: ${check.verdict}`, `expected: ${check.expected}`, `observed: ${check.observed}`, ...check.evidence].join('\n')).replaceAll(']]>', ']] >')
  if (check.verdict === 'fail') row.failure(message, check.invariant ? 'invariant' : 'objective').stacktrace(detail)
  else row.error(message, check.verdict, detail)
}
