import { expect, test } from 'vitest'
import { judge } from '../../harness/checks/judge.ts'
import { noLoss } from '../../harness/checks/no-loss.ts'
import { addFault, makeRun, refuse, type MadeRun } from './checks-made-run.ts'

/** A hundred a second for twenty seconds, the fault from the tenth to the twelfth. */
function runWith(change: (run: MadeRun, eventsOf: (second: number) => number[]) => void, installedAt = 10_000): MadeRun {
  const run = makeRun({ events: 2_000 })
  addFault(run, installedAt, installedAt + 2_000)
  change(run, second => Array.from({ length: 100 }, (_, index) => run.plan.warmUpCount + second * 100 + index))
  return run
}

const found = (run: MadeRun) => judge(run, [noLoss()]).record.checks.find(check => check.name === 'steadyBefore')!

test('a pipeline that ran well before its first fault is steady', () => {
  expect(found(runWith(() => {}))).toMatchObject({ verdict: 'pass', observed: '5 of the last 5 whole seconds before the first fault were good' })
})

test('one bad second in five is noise, three are not', () => {
  const failing = (...seconds: number[]) => runWith((run, eventsOf) => {
    for (const event of seconds.flatMap(eventsOf)) if (event % 20 === 0) refuse(run, event)
  })
  expect(found(failing(7)).verdict).toBe('pass')
  expect(found(failing(6, 7, 9))).toMatchObject({ verdict: 'unknown', evidence: expect.arrayContaining([expect.stringMatching(/^second 7: 5 of \d+ attempts failed$/)]) })
  // What fails during the fault, or long before it, is another matter.
  expect(found(failing(1, 2, 3, 10, 11, 12)).verdict).toBe('pass')
})

test('orders that pile up are no steady state, however well they are accepted', () => {
  const late = runWith((run, eventsOf) => {
    for (const event of [4, 5, 6, 7, 8, 9].flatMap(eventsOf)) for (const delivery of run.history.deliveries) delivery.arrived[event] += 500_000
  })
  expect(found(late).verdict).toBe('unknown')
  expect(found(late).evidence.at(-1)).toMatch(/^second 9: backlog of \d+, one second's load is 100$/)
})

test('where the first fault comes with the flood the warm-up was the steady state; where none came nothing can be said', () => {
  expect(found(runWith(() => {}, 1_500)).observed).toContain('the warm-up was the steady state')
  const never = runWith(run => { run.faults[0].installedAt = null })
  expect(found(never).verdict).toBe('unknown')
})
