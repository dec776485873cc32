// The real command with k6 as its engine: a whole run, and the ways in which one can end.
import { readFileSync } from 'node:fs'
import { beforeAll, expect, onTestFinished, test } from 'vitest'

import { until } from '../../harness/clock.ts'
import { readJournal } from '../../harness/faults/journal.ts'
import { startRun, type Command } from '../fixtures/command/floodmark.ts'
import { buildK6, k6BuildLimitMs } from '../fixtures/engines.ts'
import { holdingsOf, leftOf, nothing } from '../fixtures/command/leftovers.ts'

const limitMs = 120_000

beforeAll(buildK6, k6BuildLimitMs)

function start(...args: string[]): Command {
  const command = startRun('flood.ts', ['--engine', 'k6', ...args])
  onTestFinished(command.clear)
  return command
}

/** A run in the middle of its flood, and k6's pid. */
async function startFlooding(): Promise<{ command: Command; k6: number }> {
  const command = start('--set', 'duration=60s')
  await command.says('flood …')
  const pids = readJournal(command.runFolder()).undone.flatMap(({ step }) => (step.do === 'signal' ? [step.pid] : []))
  const k6 = pids.find(pid => readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('--new-machine-readable-summary'))!
  return { command, k6 }
}

test('a run with k6 accounts for every order, and says that it was k6', { timeout: limitMs }, async () => {
  const command = start('--set', 'cut=true', '--links', 'toxiproxy')
  await command.exited
  const record = command.record()
  expect(record).toMatchObject({ engine: 'k6', command: expect.arrayContaining(['--engine', 'k6']), environment: { versions: { k6: expect.stringMatching(/^2\./) } } })
  expect(record.counts).toMatchObject({ planned: 300, sent: 300, unsent: 0, delivered: 300, lost: 0, missed: 0, pending: 0, duplicated: 0 })
  // The cut fails attempts of k6's, and the native sender's retries bring them through.
  expect(record.counts.attempts).toBeGreaterThan(300)
  expect(record.processes.find(({ name }) => name === 'k6')).toMatchObject({ cpuMicroseconds: expect.any(Number) })
  // Whether it kept up is this machine's affair; it may not disagree with itself.
  const keptUp = record.checks.find(({ name }) => name === 'generatorKeptUp')!
  expect(keptUp.observed).not.toMatch(/k6 /)
  expect(record.checks.filter(({ name, verdict }) => name !== 'generatorKeptUp' && verdict !== 'pass')).toEqual([])
})

test('one Ctrl-C in the flood ends k6 with all else', { timeout: limitMs }, async () => {
  const { command, k6 } = await startFlooding()
  const held = await holdingsOf(command)
  expect(held.processes.map(({ pid }) => pid)).toContain(k6)
  process.kill(command.pid, 'SIGINT')
  expect(await command.exited, command.stderr()).toBe(130)
  expect(leftOf(command, held)).toEqual(nothing)
})

test('when the harness is killed the watchdog ends k6', { timeout: limitMs }, async () => {
  const { command } = await startFlooding()
  const held = await holdingsOf(command)
  process.kill(command.pid, 'SIGKILL')
  await command.exited
  await until('nothing is left', 30_000, () => {
    expect(leftOf(command, held)).toMatchObject({ ...nothing, temp: expect.anything() })
    return true
  }, { everyMs: 100 })
})

test('when k6 dies the run is over, and invalid', { timeout: limitMs }, async () => {
  const { command, k6 } = await startFlooding()
  process.kill(k6, 'SIGKILL')
  expect(await command.exited, command.stderr()).toBe(5)
  const { counts, checks } = command.record()
  expect(counts.planned).toBe(counts.sent + counts.unsent)
  expect(checks.find(({ name }) => name === 'readersWorked')).toMatchObject({ verdict: 'invalid', observed: expect.stringContaining('k6') })
})
