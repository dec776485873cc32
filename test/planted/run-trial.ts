// A trial through the real command: one scenario, run in a scratch copy with a bug in it or without.
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { runRecord } from '../../reports/record.ts'
import { runNode, type Ended } from './child.ts'
import type { Outcome, TrialOptions } from './outcome.ts'
import type { Scratch } from './scratch.ts'
import { weigh, type Expectation, type Verdict } from './verdict.ts'

/** An invalid run, such as one that the machine was too busy for, is done again: this often in all. */
const maxTries = 3
const runLimitMs = 4 * 60_000

interface Trial {
  name: string
  /** File in scenarios/, without its ending. */
  scenario: string
}

/** Runs a scenario until a run says something. Undefined as expectation: any alarm is a false one. */
export async function tryRun({ name, scenario }: Trial, expectation: Expectation | undefined, scratch: Scratch, options: TrialOptions): Promise<Outcome> {
  const expected = expectation === undefined ? 'no alarm' : `${expectation.check} fails, exit ${expectation.exit}`
  const out = join(options.out, name)
  const invalid: string[] = []
  for (;;) {
    await mkdir(out, { recursive: true })
    const ended = await runOnce(scenario, out, scratch, options)
    const { kind, by } = verdictOn(ended, expectation)
    const isAsExpected = kind === 'asExpected'
    const isOver = kind !== 'invalid' || invalid.length === maxTries - 1
    if (isAsExpected || !isOver) await rm(out, { recursive: true, force: true })
    if (isOver) return { name, under: scenario, expected, isAsExpected, by, exit: ended.exit, seconds: ended.seconds, invalid }
    invalid.push(by)
  }
}

async function runOnce(scenario: string, out: string, { folder }: Scratch, { seed, signal }: TrialOptions): Promise<Ended> {
  const args = ['bin/floodmark.js', 'run', `test/planted/scenarios/${scenario}.ts`, '--json', '--seed', String(seed), '--out', out]
  return await runNode(args, { cwd: folder, limitMs: runLimitMs, signal })
}

function verdictOn({ exit, stdout, stderr }: Ended, expectation: Expectation | undefined): Verdict {
  const line = stdout.trim()
  if (line !== '') return weigh(expectation, { exit, checks: runRecord.parse(JSON.parse(line)).checks })
  const said = stderr.trim().split('\n')
  return { kind: 'otherwise', by: `no run record: ${said.findLast(text => text.startsWith('floodmark: ')) ?? said.at(-1)}` }
}
