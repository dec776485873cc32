// What only the k6 engine can get wrong: what it says of itself, its process, and what becomes of a flood when it dies.
import { chmodSync, existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'

import { until } from '../../harness/clock.ts'
import { findTool } from '../../harness/environment/build-tool.ts'
import { readProcess } from '../../harness/environment/process-tree.ts'
import { compileFor } from '../../harness/phases/plan.ts'
import { constant, sequence } from '../../harness/plan/shapes.ts'
import { loadScenario } from '../../harness/scenario/load.ts'
import { prepare } from '../../harness/scenario/prepare.ts'
import type { Scenario } from '../../harness/scenario/scenario.ts'
import { buildK6, k6BuildLimitMs, openEngine, planFor, type OpenEngine } from '../fixtures/engines.ts'
import { noRetries, ok, startIntake, status, temporaryFolder } from '../fixtures/load.ts'

const short = constant({ rate: 100, over: '600ms' })

beforeAll(buildK6, k6BuildLimitMs)
afterEach(() => vi.unstubAllEnvs())

/** Puts a script in the place of k6 that hands over to the real one, as `"$K6" "$@"`. */
async function standInFor(folder: string, script: string): Promise<void> {
  const { path } = await findTool('k6', () => {})
  const file = join(folder, 'k6')
  writeFileSync(file, `#!/bin/sh\nK6=${path}\n[ "$1" = --version ] && exec "$K6" --version\n${script}\n`)
  chmodSync(file, 0o755)
  vi.stubEnv('FLOODMARK_K6', file)
}

/** The one step of the journal that ends k6. */
function k6Of({ undone }: OpenEngine): number {
  const steps = [...undone.values()] as { do: string; pid: number }[]
  return steps.find(step => step.do === 'signal')!.pid
}

it.each([
  ['loses a line', `"$K6" "$@" | sed -u '/^@7 /d'`, 'k6 counts 60 webhooks sent, the history 59 first attempts'],
  ['says a line twice', `"$K6" "$@" | sed -u '/^@7 /p'`, 'reported 1 of 61 attempts for events that it had reported before'],
  ['leaves no totals', `"$K6" "$@" | cat; rm totals.json`, 'k6 left no totals'],
])('a k6 that %s disagrees with the history, and planned is still sent + unsent', async (_, script, problem) => {
  await using folder = await temporaryFolder()
  await standInFor(folder.path, script)
  const plan = planFor(short)
  await using intake = await startIntake(socket => socket.write(ok))
  await using under = await openEngine('k6', intake.port, { plan, shape: short })
  await under.flood().sending
  const { sent, unsent, disagreements } = await under.engine.report()
  expect(disagreements).toEqual(expect.arrayContaining([expect.stringContaining(problem)]))
  expect([sent, unsent]).toEqual([60, {}])
})

it('a k6 that dies in the flood makes it invalid: what it may have begun is indeterminate, the rest is unsent', async () => {
  const shape = sequence([constant({ rate: 100, over: '1s' }), constant({ rate: 5, over: '1m' })])
  const plan = planFor(shape)
  await using intake = await startIntake(socket => socket.write(ok))
  await using under = await openEngine('k6', intake.port, { plan, shape })
  const { sending } = under.flood()
  await until('some are answered', 20_000, () => under.engine.counters().acked > 20 || undefined)
  process.kill(k6Of(under), 'SIGKILL')
  await sending
  expect(under.deaths).toEqual(['ended by SIGKILL'])
  const { sent, unsent, acked, indeterminate, open } = under.engine.counters()
  expect([sent + unsent, acked + indeterminate, open]).toEqual([plan.eventCount - plan.warmUpCount, sent, 0])
  expect(unsent).toBeGreaterThan(0)
  expect(await under.engine.report()).toMatchObject({ unsent: { interrupted: unsent }, disagreements: [expect.stringContaining('k6 left no totals')] })
})

it('says so when k6 goes on sending to a shop that has lost its subscription', async () => {
  const plan = planFor(short)
  await using intake = await startIntake(socket => socket.write(status(500)))
  await using under = await openEngine('k6', intake.port, { plan, shape: short, retries: { ...noRetries, delaysMs: [1], removesSubscription: true } })
  await under.flood().sending
  expect(await under.engine.report()).toMatchObject({ disagreements: [expect.stringMatching(/^\d+ webhooks were sent to shops that had lost their subscription by then$/)] })
})

it('runs k6 in a group of its own that the watchdog knows, with nothing that listens, and leaves nothing', async () => {
  const plan = planFor(short)
  await using intake = await startIntake(socket => socket.write(ok))
  const under = await openEngine('k6', intake.port, { plan, shape: short })
  const pid = k6Of(under)
  try {
    expect(readProcess(pid)).toMatchObject({ group: pid })
    expect(listeningSockets(pid)).toEqual([])
    expect(readFileSync(`/proc/${pid}/environ`, 'latin1')).not.toMatch(/npm_|VITEST/)
    expect(under.engine.program).toMatchObject({ name: 'k6', version: expect.stringMatching(/^2\./) })
    await under.flood().sending
    expect(under.engine.program!.usage()).toMatchObject({ name: 'k6', peakRssBytes: expect.any(Number) })
  } finally {
    await under.engine.close()
  }
  expect([...under.undone.values()]).toEqual([])
  expect(existsSync(join(under.folder, 'floodmark-k6'))).toBe(false)
  expect(readProcess(pid)).toBeUndefined()
  expect(readFileSync(join(under.folder, 'logs/k6.log'), 'utf8')).toMatch(/exited with code 0/)
  await under[Symbol.asyncDispose]()
})

it('says why k6 did not come to the start, and leaves nothing', async () => {
  await using folder = await temporaryFolder()
  await standInFor(folder.path, 'echo "no space for another VU" >&2; exit 107')
  const plan = planFor(short)
  await expect(openEngine('k6', 1, { plan, shape: short })).rejects.toMatchObject({ exit: 'unavailable', message: expect.stringContaining('exited with code 107'), evidence: expect.arrayContaining(['no space for another VU']) })
})

it('is refused, with all reasons at once, where k6 cannot draw what a scenario asks for', async () => {
  const scenario = await loadScenario('disordered-topics')
  expect(() => prepare(scenario, { engine: 'k6' })).toThrowError(expect.objectContaining({ exit: 'usage', evidence: [expect.stringMatching(/^load\.realism: .* engine k6/)] }))
  const poisson: Scenario = { ...scenario, load: parameters => ({ ...scenario.load(parameters), spacing: 'poisson' }) }
  expect(() => prepare(poisson, { engine: 'k6' })).toThrowError(expect.objectContaining({ evidence: [expect.stringMatching(/^load\.spacing: found "poisson", must be "even" for the engine k6/), expect.stringMatching(/^load\.realism/)] }))
  const smoke = await loadScenario('smoke')
  const plans = (['native', 'k6'] as const).map(engine => compileFor(prepare(smoke, { engine }), 1).hash)
  expect(plans[0]).toBe(plans[1])
})

/** Local addresses of TCP sockets of a process that wait for connections: state 0A of /proc/net/tcp. */
function listeningSockets(pid: number): string[] {
  const inodes = new Set(readdirSync(`/proc/${pid}/fd`).map(fd => /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1]))
  const rows = ['tcp', 'tcp6'].flatMap(table => readFileSync(`/proc/${pid}/net/${table}`, 'utf8').trim().split('\n').slice(1)).map(row => row.trim().split(/\s+/))
  return rows.filter(row => row[3] === '0A' && inodes.has(row[9])).map(row => row[1])
}
