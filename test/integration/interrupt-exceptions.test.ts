// Exceptions in code of the user's that runs inside the harness, and components that die: named, never green, and nothing is left.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { notPassed, startRun, type Command } from '../fixtures/command/floodmark.ts'
import { holdingsOf, leftOf, nothing } from '../fixtures/command/leftovers.ts'

const limitMs = 90_000
const inForce = ['kill queue at', 'cut relay->platform at', 'pause ledger at'].map(fault => new RegExp(`${fault} [\\d.]+ s installed`))

function start({ onTestFinished }: Pick<TestContext, 'onTestFinished'>, scenario: string, flaw: string): Command {
  const command = startRun(scenario, [], { env: { FLAW: flaw } })
  onTestFinished(command.clear)
  return command
}

/** Starts the run with three faults and lets the user's code throw once all of them are in force. */
async function breakInTheMiddle(test: TestContext, flaw: string) {
  const command = start(test, 'disturbed.ts', flaw)
  await command.says(...inForce)
  const held = await holdingsOf(command)
  writeFileSync(join(command.folder, 'BREAK'), '')
  return { command, held, exit: await command.exited }
}

const observedBy = (command: Command, name: string): unknown => command.record().checks.find(check => check.name === name)

test("correlate throws where nobody can catch it: the destinations' process dies in the middle of the faults, the run is invalid and says why", { timeout: limitMs }, async context => {
  const { command, held, exit } = await breakInTheMiddle(context, 'correlate throws later')
  expect(exit, command.stderr()).toBe(5)
  expect(leftOf(command, held)).toEqual(nothing)
  const record = command.record()
  expect(record).toMatchObject({ verdict: 'invalid', deaths: [{ name: 'destinations', harness: true, how: 'exited with 1' }] })
  expect(record.deaths[0].lastLines.join('\n')).toContain('no event in this batch')
  expect(observedBy(command, 'readersWorked')).toMatchObject({ verdict: 'invalid', observed: expect.stringMatching(/^destinations of the harness died; last words of destinations: TypeError: no event in this batch$/), evidence: expect.arrayContaining([expect.stringContaining('no event in this batch')]) })
  expect(observedBy(command, 'noLoss')).toMatchObject({ verdict: expect.stringMatching(/unknown|pass/) })
  // Not at the end of the faults' schedule, fifty seconds later.
  expect(record.durationMs).toBeLessThan(30_000)
})

test('the scenario throws where nobody can catch it, in the process of the harness: exit 70, in order', { timeout: limitMs }, async context => {
  const { command, held, exit } = await breakInTheMiddle(context, 'scenario throws later')
  expect(exit, command.stderr()).toBe(70)
  expect(leftOf(command, held)).toEqual(nothing)
  expect(command.stderr()).toContain('no such parameter')
  expect(command.stderr().match(/ healed: /g) ?? []).toHaveLength(3)
  expect(readFileSync(join(command.runFolder(), 'watchdog.log'), 'utf8')).toContain('released by the harness')
})

test.concurrent('correlate throws for each request: unknown, said in the warm-up with its own words', { timeout: limitMs }, async context => {
  const { expect } = context
  const command = start(context, 'flood.ts', 'correlate throws')
  expect(await command.exited, command.stderr()).toBe(4)
  expect(command.stderr()).toContain('a request to a destination could not be read: crm: no event in this batch')
  expect(command.stderr()).toMatch(/→ mend correlate in .*bare\.ts/)
})

test.concurrent('a component that dies at start is named with its last lines', { timeout: limitMs }, async context => {
  const { expect } = context
  const command = start(context, 'flood.ts', 'dies at start')
  expect(await command.exited, command.stderr()).toBe(69)
  expect(command.stderr()).toMatch(/floodmark: relay \(process \d+\) exited with code 7 before it was ready\n {2}cannot go on: CRM_REGION is not set\n/)
  expect(command.stderr()).toMatch(/→ its whole log is .*relay\.log/)
  expect(readdirSync(command.temp)).toEqual([])
})

test.concurrent('a component that dies in the flood, unasked, fails componentsUp with its last lines', { timeout: limitMs }, async context => {
  const { expect } = context
  const command = start(context, 'flood.ts', 'dies')
  const exit = await command.exited
  const record = command.record()
  expect(notPassed(record)).toEqual(['componentsUp fail: relay ended unasked; last words of relay: out of patience: the order book is full'])
  expect(record.deaths).toMatchObject([{ name: 'relay', harness: false, how: 'exited with code 3' }])
  expect(observedBy(command, 'componentsUp')).toMatchObject({ evidence: expect.arrayContaining(['relay exited with code 3', 'relay: out of patience: the order book is full']) })
  expect(command.stdout().replace(/\s+/g, ' ')).toContain('out of patience: the order book is full')
  expect(exit).toBe(record.exitCode)
  expect([2, 5]).toContain(exit)
})

test.concurrent("a check of the scenario's own throws: unknown, with its own words, and the others have spoken", { timeout: limitMs }, async context => {
  const { expect } = context
  const command = start(context, 'flood.ts', 'judge throws')
  const exit = await command.exited
  const record = command.record()
  expect(notPassed(record)).toEqual(['myOwn unknown: the check failed: no such percentile'])
  expect(record.checks.find(check => check.name === 'noLoss')).toMatchObject({ verdict: 'pass' })
  expect(exit).toBe(record.exitCode)
  expect([4, 5], 'late on a busy machine, but never green').toContain(exit)
})
