// Whatever ends the command while its containers run and faults are in force, nothing of the run outlives it: no container, network, volume or process.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { until } from '../../harness/clock.ts'
import { heal, startRun, type Command } from '../fixtures/command/floodmark.ts'
import { holdingsOf, leftOf, nothing, type Holdings } from '../fixtures/command/leftovers.ts'
import { onEngine } from '../fixtures/containers/leftovers.ts'

const limitMs = 180_000
/** The fixture's faults, each in force. */
const inForce = ['kill queue at', 'cut relay->platform at', 'pause ledger at'].map(fault => new RegExp(`${fault} [\\d.]+ s installed`))

function start(...args: string[]): Command {
  const command = startRun('disturbed.ts', ['--env', 'containers', ...args])
  onTestFinished(command.clear)
  return command
}

async function startDisturbed(): Promise<{ command: Command; held: Holdings }> {
  const command = start()
  await command.says(...inForce)
  // Destinations, Toxiproxy, queue, ledger and relay; the network; the queue's volume.
  expect((await onEngine(command)).length).toBeGreaterThan(5)
  return { command, held: await holdingsOf(command) }
}

/** Testcontainers of all processes of a user agree by it on who starts Ryuk; it stays. */
const testcontainersLock = /^testcontainers-node-\d+\.lock$/

async function expectNothing(command: Command, held: Holdings): Promise<void> {
  expect(await onEngine(command)).toEqual([])
  const left = leftOf(command, held)
  expect({ ...left, temp: left.temp.filter(name => !testcontainersLock.test(name)) }).toEqual(nothing)
}

const watchdogLog = (command: Command): string => readFileSync(join(command.runFolder(), 'watchdog.log'), 'utf8')

test('one Ctrl-C in the middle of a kill, a cut and a pause', { timeout: limitMs }, async () => {
  const { command, held } = await startDisturbed()
  process.kill(command.pid, 'SIGINT')
  expect(await command.exited, command.stderr()).toBe(130)
  await expectNothing(command, held)
  expect(command.stderr().match(/ healed: /g) ?? []).toHaveLength(3)
  expect(watchdogLog(command)).toMatch(/released by the harness\n.*nothing left to undo/)
})

test.for([['its containers start', 'queue ready'], ['warming up', 'warm up …']] as const)('one Ctrl-C while %s', { timeout: limitMs }, async ([, text]) => {
  const command = start()
  await command.says(text)
  const held = await holdingsOf(command)
  process.kill(command.pid, 'SIGINT')
  expect(await command.exited, command.stderr()).toBe(130)
  await expectNothing(command, held)
  expect(command.stderr()).toMatch(/floodmark: interrupted\n→ everything was healed and stopped\n$/)
})

test('a harness that is killed in the middle of its faults: its watchdog leaves nothing', { timeout: limitMs }, async () => {
  const { command, held } = await startDisturbed()
  process.kill(command.pid, 'SIGKILL')
  await until('the watchdog has ended', 40_000, () => /nothing left to undo|could not be undone|gave up/.test(watchdogLog(command)) || undefined)
  expect(await onEngine(command), watchdogLog(command)).toEqual([])
  expect(leftOf(command, held)).toMatchObject({ ...nothing, temp: expect.anything() })
  expect(watchdogLog(command)).toMatch(/"remove-containers".*: removed \d+ containers, \d+ volumes?, 1 network\n/)
})

test('a harness that is killed while its containers are being made', { timeout: limitMs }, async () => {
  const command = start()
  await command.says('destinations ready')
  process.kill(command.pid, 'SIGKILL')
  await until('the watchdog has ended', 40_000, () => /nothing left to undo|could not be undone|gave up/.test(watchdogLog(command)) || undefined)
  expect(await onEngine(command), watchdogLog(command)).toEqual([])
})

test('harness and watchdog killed together: what they left stays, until floodmark heal takes it away', { timeout: limitMs }, async () => {
  const { command, held } = await startDisturbed()
  const watchdog = held.processes.find(({ pid }) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('watchdog-main'))!
  process.kill(watchdog.pid, 'SIGKILL')
  process.kill(command.pid, 'SIGKILL')
  await command.exited
  expect(await onEngine(command)).not.toEqual([])
  const healed = await heal(command)
  expect(healed, healed.stdout).toMatchObject({ code: 0, stdout: expect.stringMatching(/✓ remove the run's containers, volumes and networks from \S+: removed \d+ containers/) })
  await until('nothing left', 5_000, () => JSON.stringify(leftOf(command, held).processes) === '[]' || undefined)
  expect(await onEngine(command)).toEqual([])
})
