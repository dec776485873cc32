// A guard that comes true ends the experiment: the fault is healed, nothing more is sent, and what was seen is judged.
import { expect, onTestFinished, test } from 'vitest'
import { notPassed, startRun } from '../fixtures/command/floodmark.ts'

test('a flood whose attempts fail is aborted long before its end, with everything healed and told', { timeout: 60_000 }, async () => {
  const command = startRun('guarded.ts')
  onTestFinished(command.clear)
  expect(await command.exited, command.stderr()).toBe(2)
  const { checks, faults: [fault], counts, unsentReasons, phases } = command.record()
  const guards = checks.find(check => check.name === 'guardsHeld')!
  expect(guards.verdict).toBe('fail')
  expect(guards.observed).toMatch(/^aborted at [\d.]+ s by failuresAbove: [\d,]+ of [\d,]+ attempts failed within 1s/)
  expect(notPassed(command.record()).filter(line => !/^(noLoss|drained|guardsHeld)/.test(line))).toEqual([])
  expect(fault.healedAt).not.toBeNull()
  // 100 a second for 60 s; the cut comes after two.
  expect(counts.sent).toBeLessThan(3_000)
  expect(unsentReasons).toEqual({ interrupted: counts.planned - counts.sent })
  const flood = phases.find(phase => phase.name === 'flood')!
  expect(flood.endMs - flood.startMs).toBeLessThan(30_000)
  expect(command.stderr()).toMatch(/aborted by failuresAbove/)
})
