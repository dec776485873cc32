// Whatever ends the command while a system runs and faults are in force, nothing of the run outlives it.
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { until } from '../../harness/clock.ts'
import { readProcess } from '../../harness/environment/process-tree.ts'
import { heal, startRun, type Command } from '../fixtures/command/floodmark.ts'
import { holdingsOf, leftOf, nothing, type Holdings } from '../fixtures/command/leftovers.ts'

const limitMs = 90_000
/** The fixture's faults, each in force. */
const inForce = ['kill queue at', 'cut relay->platform at', 'pause ledger at'].map(fault => new RegExp(`${fault} [\\d.]+ s installed`))

function start(...args: string[]): Command {
  const command = startRun('disturbed.ts', args)
  onTestFinished(command.clear)
  return command
}

/** Starts the run and waits until all three faults are in force together. */
async function startDisturbed(): Promise<{ command: Command; held: Holdings }> {
  const command = start()
  await command.says(...inForce)
  const held = await holdingsOf(command)
  // The harness, its watchdog and the destinations; Toxiproxy, PostgreSQL with its own, the relay. Without the queue, which is killed.
  expect(held.processes.length).toBeGreaterThan(8)
  expect(held.processes.filter(({ pid }) => readProcess(pid)?.state === 'T').length).toBeGreaterThan(1)
  // Toxiproxy's API, five links and what is behind each.
  expect(held.ports.length).toBeGreaterThan(10)
  expect(held.dataFolders.length).toBe(1)
  expect(held.sharedMemory.length).toBe(1)
  return { command, held }
}

const watchdogLog = (command: Command): string => readFileSync(join(command.runFolder(), 'watchdog.log'), 'utf8')

/** The harness has stopped and removed everything itself: its watchdog was let go and found nothing to do. */
function expectOrder(command: Command): void {
  expect(watchdogLog(command)).toContain('released by the harness')
  expect(watchdogLog(command)).not.toMatch(/: (sent to|removed|enabled)/)
}

test.for([
  ['the harness alone', (command: Command): true => process.kill(command.pid, 'SIGINT')],
  ['the whole foreground group, as a terminal does', (command: Command): true => process.kill(-command.pid, 'SIGINT')],
] as const)('one Ctrl-C to %s in the middle of a kill, a cut and a pause', { timeout: limitMs }, async ([, interrupt]) => {
  const { command, held } = await startDisturbed()
  interrupt(command)
  expect(await command.exited, command.stderr()).toBe(130)
  expect(leftOf(command, held)).toEqual(nothing)
  expect(command.stderr()).toContain('everything was healed and stopped')
  expect(command.stderr().match(/ healed: /g) ?? []).toHaveLength(3)
  expect(watchdogLog(command)).toContain('nothing left to undo')
  expectOrder(command)
})

test.for([
  ['arranging', 'ledger ready', []],
  ['warming up', 'warm up …', []],
  ['draining', 'drain …', ['--set', 'disturb=false', '--set', 'duration=1s']],
] as const)('one Ctrl-C while %s', { timeout: limitMs }, async ([, text, args]) => {
  const command = start(...args)
  await command.says(text)
  const held = await holdingsOf(command)
  process.kill(command.pid, 'SIGINT')
  expect(await command.exited, command.stderr()).toBe(130)
  expect(leftOf(command, held)).toEqual(nothing)
  expect(command.stderr()).toMatch(/floodmark: interrupted\n→ everything was healed and stopped\n$/)
  expectOrder(command)
})

test('a second Ctrl-C, of whoever cannot wait, cuts no healing short', { timeout: limitMs }, async () => {
  const { command, held } = await startDisturbed()
  process.kill(command.pid, 'SIGINT')
  await command.says('stopping…')
  process.kill(command.pid, 'SIGINT')
  process.kill(command.pid, 'SIGTERM')
  expect(await command.exited, command.stderr()).toBe(130)
  expect(leftOf(command, held)).toEqual(nothing)
})

test('a harness that is killed in the middle of its faults: five seconds later the watchdog has left nothing', { timeout: limitMs }, async () => {
  const { command, held } = await startDisturbed()
  process.kill(command.pid, 'SIGKILL')
  let left: unknown
  await until('nothing left', 5_000, () => {
    left = leftOf(command, held)
    return JSON.stringify(left) === JSON.stringify(nothing) || undefined
  }).catch(() => expect(left, watchdogLog(command)).toEqual(nothing))
  const log = watchdogLog(command)
  expect(log).toContain('the harness is gone')
  expect(log).toMatch(/"SIGCONT"}: sent to \d+/)
  expect(log).toMatch(/"enable-proxy".*: (enabled|toxiproxy itself is gone)/)
  expect(log).toMatch(/"remove-folder".*: removed/)
  expect(log.match(/"SIGKILL"}: /g)!.length).toBeGreaterThan(3)
  expect(log).toContain('nothing left to undo')
})

test('harness and watchdog killed together: what they left stays, until floodmark heal takes it away', { timeout: limitMs }, async () => {
  const { command, held } = await startDisturbed()
  expect((await heal(command)).stdout).toContain('still running, not touched')
  const watchdog = held.processes.find(({ pid }) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('watchdog-main'))!
  process.kill(watchdog.pid, 'SIGKILL')
  process.kill(command.pid, 'SIGKILL')
  await command.exited
  expect(leftOf(command, held)).not.toEqual(nothing)
  // A torn line announced nothing; a whole one that says nothing may have announced anything.
  const journal = join(command.runFolder(), 'journal.jsonl')
  appendFileSync(journal, '{"id":')
  const healed = await heal(command)
  expect(healed, healed.stdout).toMatchObject({ code: 0 })
  expect(healed.stdout).toMatch(/resume process \d+: sent to/)
  await until('nothing left', 5_000, () => JSON.stringify(leftOf(command, held)) === JSON.stringify(nothing) || undefined).catch(() => expect(leftOf(command, held)).toEqual(nothing))
  expect((await heal(command)).stdout).toContain('1 had nothing left')
  appendFileSync(journal, '\0\0\0\n')
  const damaged = await heal(command)
  expect(damaged).toMatchObject({ code: 4 })
  expect(damaged.stdout).toMatch(/the journal is damaged, line \d+/)
  expect(damaged.stdout).toContain('→ processes that were left: ps ')
})
