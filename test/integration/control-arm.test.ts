// The control arm: the same plan without faults, first; and no faults where that alone does not pass.
import { expect, onTestFinished, test } from 'vitest'
import { runRecord } from '../../reports/record.ts'
import { startRun } from '../fixtures/command/floodmark.ts'

const recordsOf = (stdout: string) => stdout.trim().split('\n').filter(line => line !== '').map(line => runRecord.parse(JSON.parse(line)))

test('both arms send the same events, and the second has the first beside it', { timeout: 60_000 }, async () => {
  const command = startRun('flood.ts', ['--set', 'cut=true', '--control', '--json'])
  onTestFinished(command.clear)
  await command.exited
  const [control, run] = recordsOf(command.stdout())
  expect(control.scenario.name).toBe('flood-control')
  expect(control.faults).toEqual([])
  expect(control.control).toBeNull()
  expect(run.scenario.name).toBe('flood')
  expect(run.faults).toHaveLength(1)
  expect(run.planHash).toBe(control.planHash)
  expect(run.control).toEqual({ runId: control.runId, verdict: 'pass', counts: control.counts, throughput: control.throughput, latencyMs: control.latencyMs })
  expect([control, run].map(({ command }) => command.at(-1))).toEqual(['--control', '--control'])
})

test('a control arm that does not pass is the end: faults would prove nothing', { timeout: 60_000 }, async () => {
  const command = startRun('flood.ts', ['--set', 'cut=true', '--control', '--json'], { env: { FLAW: 'judge throws' } })
  onTestFinished(command.clear)
  expect(await command.exited).not.toBe(0)
  expect(recordsOf(command.stdout()).map(({ scenario }) => scenario.name)).toEqual(['flood-control'])
  expect(command.stderr()).toContain('flood did not pass without a fault, so it was not run with its faults')
})
