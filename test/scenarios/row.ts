// One row of the table: a user's command, and what is wrong with what came of it.
import { spawn } from 'node:child_process'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { runRecord, type RunRecord } from '../../reports/record.ts'
import { goFirst } from '../go-first.ts'
import type { Expected } from './expected.ts'

const launcher = fileURLToPath(new URL('../../bin/floodmark.js', import.meta.url))
const runLimitMs = 6 * 60_000
/** missed, unknown and invalid: see harness/exit-codes.ts. */
const busyExits: readonly (number | null)[] = [2, 4, 5]

export interface RowResult {
  /** Scenario, exit code, counts and how long it took. */
  line: string
  /** What is not as expected; empty where all is. */
  problems: string[]
  /** The run came to nothing that stands whatever the machine did: an objective missed, too little to say, or a harness that did not do its job. */
  mayBeTheMachine: boolean
  /** The last lines that the command said. */
  said: string[]
}

export interface RowOptions {
  /** Folder that run records go to. */
  out: string
  /** Given on to the command; left to it where undefined. */
  env: string | undefined
  /** Ends the run as Ctrl-C would. */
  signal: AbortSignal
}

/** Runs it and holds exit code, run.json's verdict and failing checks against what is expected. */
export async function runRow(wanted: Expected, options: RowOptions): Promise<RowResult> {
  const beganAt = Date.now()
  const { exit, record, said } = await run(wanted, options)
  const counts = record && `${record.counts.delivered}/${record.counts.planned} delivered, ${record.counts.lost} lost, ${record.counts.missed} missed`
  return {
    line: `${nameOf(wanted)}: exit ${exit}, ${counts ?? 'no record'} (${Math.round((Date.now() - beganAt) / 1_000)} s)`,
    problems: problemsOf(wanted, exit, record),
    mayBeTheMachine: busyExits.includes(exit),
    said: said.split('\n').slice(-25),
  }
}

export function nameOf({ scenario, system, set }: Expected): string {
  return [scenario, 'on', system || 'its own system', ...Object.entries(set ?? {}).map(([key, value]) => `at ${key}=${value}`)].join(' ')
}

async function run({ scenario, system, set }: Expected, { out, env, signal }: RowOptions): Promise<{ exit: number | null; record: RunRecord | undefined; said: string }> {
  const args = ['run', scenario, '--json', '--seed', '2026', '--out', out, ...(system === '' ? [] : ['--system', system]), ...Object.entries(set ?? {}).flatMap(([key, value]) => ['--set', `${key}=${value}`]), ...(env === undefined ? [] : ['--env', env])]
  const child = spawn(process.execPath, [launcher, ...args], { stdio: ['ignore', 'pipe', 'pipe'], timeout: runLimitMs, detached: true })
  // So that its sender keeps its schedule beside the processes of the system, each of which is a session too.
  goFirst(child)
  signal.addEventListener('abort', () => void child.kill('SIGINT'))
  const exited = new Promise<number | null>(resolve => child.once('exit', resolve))
  const [stdout, stderr, exit] = await Promise.all([buffer(child.stdout), buffer(child.stderr), exited])
  const line = stdout.toString().trim()
  return { exit, record: line === '' ? undefined : runRecord.parse(JSON.parse(line)), said: stderr.toString() }
}

function problemsOf(wanted: Expected, exit: number | null, record: RunRecord | undefined): string[] {
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
