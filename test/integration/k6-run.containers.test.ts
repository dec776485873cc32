// The real command with k6 in a container of the run: what it sent, counted and printed agrees with the history, and its death is told.
import { expect, onTestFinished, test } from 'vitest'
import { findEngine } from '../../harness/environment/containers/find-engine.ts'
import { startRun, type Command } from '../fixtures/command/floodmark.ts'
import { onEngine } from '../fixtures/containers/leftovers.ts'

const limitMs = 240_000

function start(...args: string[]): Command {
  const command = startRun('flood.ts', ['--env', 'containers', '--engine', 'k6', ...args])
  onTestFinished(command.clear)
  return command
}

test('k6 sends the flood from inside the run\'s network, and its totals agree with the history', { timeout: limitMs }, async () => {
  const command = start()
  await command.exited
  const record = command.record()
  expect(record).toMatchObject({ engine: 'k6', environment: { kind: 'containers', versions: { k6: expect.stringMatching(/^2\./), docker: expect.any(String) } } })
  expect(record.counts).toMatchObject({ planned: 300, sent: 300, unsent: 0, lost: 0, pending: 0, phantom: 0 })
  expect(record.counts.delivered).toBeGreaterThan(150)
  expect(record.processes.find(({ name }) => name === 'k6')).toMatchObject({ cpuMicroseconds: expect.any(Number), peakRssBytes: expect.any(Number) })
  // Whether it kept up, and the relay with it, is this machine's affair; it may not disagree with itself.
  expect(record.checks.find(({ name }) => name === 'generatorKeptUp')!.observed).not.toMatch(/k6 (counts|left|printed|reported)/)
  expect(await onEngine(command)).toEqual([])
})

test('when k6 dies the run is over, and invalid', { timeout: limitMs }, async () => {
  const command = start('--set', 'duration=60s', '--links', 'direct')
  await command.says(/ of 60\.0 s {2}delivered [1-9]/)
  const { client: { container: { dockerode: docker } } } = await findEngine()
  const name = (await onEngine(command)).find(each => each.endsWith('-k6'))!
  await docker.getContainer(name.slice(1)).kill()
  expect(await command.exited, command.stderr()).toBe(5)
  const { counts, checks } = command.record()
  expect(counts.planned).toBe(counts.sent + counts.unsent)
  expect(checks.find(each => each.name === 'readersWorked')).toMatchObject({ verdict: 'invalid', observed: expect.stringContaining('k6') })
  expect(await onEngine(command)).toEqual([])
})
