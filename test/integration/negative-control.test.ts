// Systems that are wrong on purpose, through the real command: each is found out by the check that is there for it, and by no other.
import { test, type TestContext } from 'vitest'
import { notPassed, startRun, type Command } from '../fixtures/command/floodmark.ts'

const limitMs = 90_000

function start({ onTestFinished }: TestContext, flaw: string): Command {
  const command = startRun('flood.ts', [], { env: { FLAW: flaw } })
  onTestFinished(command.clear)
  return command
}

test.concurrent('the same system without a flaw passes, though its deliveries repeat', { timeout: limitMs }, async context => {
  const { expect } = context
  const command = start(context, 'none')
  const exit = await command.exited
  const record = command.record()
  expect(notPassed(record), command.stderr()).toEqual([])
  expect(exit).toBe(record.exitCode)
  expect(record.counts).toMatchObject({ planned: 300, delivered: 300, duplicated: 0 })
  expect(record.counts.arrivals).toBeGreaterThan(300)
})

test.concurrent.for([
  ['a fresh message id for every try', 'noDuplicateEffects', 'duplicated'],
  ['makes up orders', 'noPhantoms', 'phantom'],
  ['changes amounts', 'intact', 'mutated'],
  ['drops one in a hundred', 'noLoss', 'lost'],
] as const)('%s: %s fails and nothing else does', { timeout: limitMs }, async ([flaw, check, count], context) => {
  const { expect } = context
  const command = start(context, flaw)
  expect(await command.exited, command.stderr()).toBe(1)
  const record = command.record()
  expect(record).toMatchObject({ verdict: 'broken', exitCode: 1 })
  expect(notPassed(record).map(line => line.slice(0, line.indexOf(':')))).toEqual([`${check} fail`])
  expect(record.counts[count]).toBeGreaterThan(0)
  expect(record.checks.find(each => each.name === check)!.evidence.length).toBeGreaterThan(0)
})
