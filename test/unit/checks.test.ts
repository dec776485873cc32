import { describe, expect, test } from 'vitest'
import type { Check, Verdict } from '../../harness/checks/check.ts'
import { delay } from '../../harness/checks/delay.ts'
import { duplicateArrivals } from '../../harness/checks/duplicate-arrivals.ts'
import { intact } from '../../harness/checks/intact.ts'
import { judge } from '../../harness/checks/judge.ts'
import { noDuplicateEffects } from '../../harness/checks/no-duplicate-effects.ts'
import { noLoss } from '../../harness/checks/no-loss.ts'
import { noPhantoms } from '../../harness/checks/no-phantoms.ts'
import { recovery } from '../../harness/checks/recovery.ts'
import { throughput } from '../../harness/checks/throughput.ts'
import type { RunVerdict } from '../../harness/checks/verdict.ts'
import { DUPLICATED, LISTED, MUTATED, ticksPerMs, unsentReasons } from '../../harness/history/history.ts'
import { addFault, arriveAgain, cutOff, holdBack, makeRun, refuse, takeAway, type MadeRun } from './checks-made-run.ts'

const everything = (): Check[] => [noLoss(), noDuplicateEffects(), noPhantoms(), intact(), throughput({ atLeast: 0.99 }), delay({ p99: '2s' }), duplicateArrivals({ atMost: 0.01 })]
const unsubscribed = unsentReasons.indexOf('unsubscribed')
const senderBehind = unsentReasons.indexOf('sender behind')

/** What is done to a clean run of 1,000 events, the verdict it comes to, and what every check that does not pass says. */
interface Case {
  name: string
  spoil: (run: MadeRun) => void
  verdict: RunVerdict
  not: Record<string, Verdict>
}

const each = (run: MadeRun, count: number, spoil: (event: number) => void): void => {
  for (let event = run.plan.warmUpCount; event < run.plan.warmUpCount + count; event++) spoil(event)
}

const notPassed = (checks: readonly { name: string; verdict: Verdict }[]): Record<string, Verdict> => Object.fromEntries(checks.filter(check => check.verdict !== 'pass').map(check => [check.name, check.verdict]))

const cases: Case[] = [
  { name: 'clean', spoil: () => {}, verdict: 'pass', not: {} },
  { name: 'one event lost', spoil: run => takeAway(run, 20), verdict: 'broken', not: { noLoss: 'fail' } },
  { name: 'one event twice', spoil: run => arriveAgain(run, 20, { effects: 2 }), verdict: 'broken', not: { noDuplicateEffects: 'fail' } },
  { name: 'a duplicate that only the flag shows', spoil: run => (run.history.flags[20] |= DUPLICATED), verdict: 'broken', not: { noDuplicateEffects: 'fail' } },
  { name: 'a second arrival without effect', spoil: run => arriveAgain(run, 20, { effects: 1 }), verdict: 'pass', not: {} },
  { name: 'one lost and one twice do not net out', spoil: run => (takeAway(run, 20), arriveAgain(run, 21, { effects: 2 })), verdict: 'broken', not: { noLoss: 'fail', noDuplicateEffects: 'fail' } },
  { name: 'a mutated amount', spoil: run => (run.history.flags[20] |= MUTATED), verdict: 'broken', not: { intact: 'fail' } },
  { name: 'a delivery that names no event', spoil: run => Object.assign(run.servers, { unexpected: 1, unexpectedSamples: ['analytics: order 4711'] }), verdict: 'broken', not: { noPhantoms: 'fail' } },
  { name: 'an event that was never sent or listed, and arrived', spoil: run => holdBack(run, 20, unsubscribed), verdict: 'broken', not: { noPhantoms: 'fail' } },
  { name: 'the same, listed by the Admin API', spoil: run => (holdBack(run, 20, unsubscribed), (run.history.flags[20] |= LISTED)), verdict: 'pass', not: {} },
  { name: 'refused, and absent', spoil: run => each(run, 30, event => (refuse(run, event), takeAway(run, event))), verdict: 'missed', not: { throughput: 'fail', delay: 'fail' } },
  { name: 'refused, and applied all the same', spoil: run => refuse(run, 20), verdict: 'pass', not: {} },
  { name: 'unsubscribed, and absent', spoil: run => each(run, 30, event => (holdBack(run, event, unsubscribed), takeAway(run, event))), verdict: 'missed', not: { throughput: 'fail', delay: 'fail' } },
  { name: 'arrivals repeated beyond the bound', spoil: run => each(run, 30, event => arriveAgain(run, event, { effects: 1 })), verdict: 'missed', not: { duplicateArrivals: 'fail' } },
  { name: 'slow for more than one in a hundred', spoil: run => each(run, 11, event => (run.history.deliveries[0].arrived[event] += 3_000 * ticksPerMs)), verdict: 'missed', not: { delay: 'fail' } },
  { name: 'a component died', spoil: run => run.deaths.push({ name: 'worker', harness: false, how: 'exit 1', lastLines: ['boom'], atMs: 5_000 }), verdict: 'missed', not: { componentsUp: 'fail' } },
  { name: 'nothing watched', spoil: run => Object.assign(run, { processes: [] }), verdict: 'unknown', not: { componentsUp: 'unknown' } },
  { name: 'the harness died, and an event is absent', spoil: run => (takeAway(run, 20), run.deaths.push({ name: 'destinations', harness: true, how: 'exit 70', lastLines: [], atMs: 5_000 })), verdict: 'invalid', not: { readersWorked: 'invalid', noLoss: 'unknown', throughput: 'unknown' } },
  { name: 'the harness died, and a duplicate was seen', spoil: run => (arriveAgain(run, 20, { effects: 2 }), run.deaths.push({ name: 'destinations', harness: true, how: 'exit 70', lastLines: [], atMs: 5_000 })), verdict: 'broken', not: { readersWorked: 'invalid', noDuplicateEffects: 'fail' } },
  { name: 'requests that nobody could read, and an event absent', spoil: run => (takeAway(run, 20), Object.assign(run.servers, { unreadable: 1, unreadableSamples: ['Unexpected token'] })), verdict: 'unknown', not: { readersWorked: 'unknown', noLoss: 'unknown', throughput: 'unknown' } },
  { name: 'an event unsent by the sender', spoil: run => (holdBack(run, 20, senderBehind), takeAway(run, 20)), verdict: 'invalid', not: { generatorKeptUp: 'invalid' } },
  { name: 'a late sender', spoil: run => each(run, 11, event => (run.history.firstSent[event] += 60 * ticksPerMs)), verdict: 'invalid', not: { generatorKeptUp: 'invalid' } },
  { name: 'a sender half asleep', spoil: run => Object.assign(run.sender, { eventLoopDelayMs: { p50: 1, p99: 51, max: 80 } }), verdict: 'invalid', not: { generatorKeptUp: 'invalid' } },
  { name: 'destinations half asleep', spoil: run => Object.assign(run.servers, { eventLoopDelayMs: { p50: 1, p99: 51, max: 80 } }), verdict: 'invalid', not: { generatorKeptUp: 'invalid' } },
  { name: 'a fault that nobody saw', spoil: run => addFault(run, 2_000, 3_000, { observedAt: null, observedBy: null }), verdict: 'invalid', not: { faultsObserved: 'invalid' } },
  { name: 'a fault that was not healed', spoil: run => addFault(run, 2_000, null), verdict: 'invalid', not: { faultsObserved: 'invalid' } },
  { name: 'a fault as it should be', spoil: run => addFault(run, 2_000, 3_000), verdict: 'pass', not: {} },
  { name: 'absent while deliveries were still coming at the limit', spoil: run => (cutOff(run, 200), each(run, 1_000, event => event >= 980 && takeAway(run, event))), verdict: 'unknown', not: { drained: 'unknown', noLoss: 'unknown', throughput: 'unknown' } },
  { name: 'absent, and quiet at the limit', spoil: run => (cutOff(run, 20_000), takeAway(run, 20)), verdict: 'broken', not: { noLoss: 'fail' } },
]

describe('the checks on hand-made histories', () => {
  test.each(cases)('$name', ({ spoil, verdict, not }) => {
    const run = makeRun()
    spoil(run)
    const { record } = judge(run, everything())
    expect(notPassed(record.checks)).toEqual(not)
    expect(record.verdict).toBe(verdict)
  })
})

describe('too little to say is never a pass', () => {
  test('a flood without events', () => {
    const { record } = judge(makeRun({ events: 0 }), everything())
    expect(record.verdict).toBe('unknown')
    expect(record.checks.filter(check => check.verdict === 'pass').map(check => check.name)).toEqual(['componentsUp'])
  })

  test('nothing acked, nothing arrived', () => {
    const run = makeRun()
    each(run, 1_000, event => (refuse(run, event), takeAway(run, event)))
    const { record } = judge(run, everything())
    expect(notPassed(record.checks)).toMatchObject({ noLoss: 'unknown', noDuplicateEffects: 'unknown', noPhantoms: 'unknown', intact: 'unknown', duplicateArrivals: 'unknown', drained: 'unknown', readersWorked: 'unknown', throughput: 'fail' })
    expect(record.verdict).toBe('missed')
  })

  test('a scenario that lists nothing is held to the invariants', () => {
    const { record } = judge(makeRun(), [])
    expect(record.checks.filter(check => check.invariant).map(check => check.name)).toEqual(['noLoss', 'noDuplicateEffects', 'noPhantoms', 'intact'])
    expect(record).toMatchObject({ verdict: 'pass', exitCode: 0 })
  })
})

describe('throughput and its sample', () => {
  const verdictOf = (events: number, absent: number, atLeast = 0.9999): Verdict => {
    const run = makeRun({ events, perSecond: 5_000 })
    each(run, absent, event => (refuse(run, event), takeAway(run, event)))
    return judge(run, [throughput({ atLeast })]).record.checks[0].verdict
  }

  test.each([
    [30_000, 0, 'pass'], [29_999, 0, 'unknown'], [40_000, 4, 'pass'], [40_000, 5, 'fail'],
    [10_000, 2, 'fail'], [9_999, 1, 'unknown'], [9_999, 2, 'fail'], [300, 0, 'unknown'],
  ] as const)('%i events, %i absent, 99.99 %% wanted: %s', (events, absent, verdict) => expect(verdictOf(events, absent)).toBe(verdict))

  test('all of them is a claim about this run alone', () => {
    expect(verdictOf(100, 0, 1)).toBe('pass')
    expect(verdictOf(100, 1, 1)).toBe('fail')
  })
})

describe('delay', () => {
  const p99 = (run: MadeRun, options: Parameters<typeof delay>[0]) => judge(run, [delay(options)]).record.checks[0]

  test('a p99 takes 300 events', () => {
    expect(p99(makeRun({ events: 299 }), { p99: '2s' }).verdict).toBe('unknown')
    expect(p99(makeRun({ events: 300 }), { p99: '2s' }).verdict).toBe('pass')
  })

  test('outside faults leaves out what was planned from the install to the heal plus the declared bound', () => {
    const run = makeRun()
    addFault(run, 2_000, 4_000)
    for (let event = 0; event < run.plan.eventCount; event++) {
      const dueMs = run.plan.dueTicks[event] / ticksPerMs
      if (dueMs >= 2_000 && dueMs <= 6_000) run.history.deliveries[0].arrived[event] += 5_000 * ticksPerMs
    }
    expect(p99(run, { p99: '2s' }).verdict).toBe('fail')
    expect(p99(run, { p99: '2s', outsideFaults: true })).toMatchObject({ verdict: 'pass', observed: expect.stringContaining('of 599 events') })
    run.recoveryBoundMs = 1_500
    expect(p99(run, { p99: '2s', outsideFaults: true }).verdict).toBe('fail')
  })

  test('what never arrived is beyond every bound', () => {
    const run = makeRun()
    each(run, 11, event => takeAway(run, event))
    expect(p99(run, { p99: '1h' })).toMatchObject({ verdict: 'fail', observed: expect.stringContaining('11 never did') })
  })
})

test('findings name the orders', () => {
  const run = makeRun({ destinations: ['analytics', 'ads'] })
  takeAway(run, 20, 1)
  const [noLossFinding] = judge(run, [noLoss()]).record.checks
  expect(noLossFinding).toMatchObject({ observed: '1 of 1,000 acked events lost' })
  expect(noLossFinding.evidence).toEqual(['order order-20 of shop-6 (event 20): planned at 0.100 s, acked at 0.105 s, at analytics 0.200 s, never at ads, lost'])
})

test('recovery without a fault is unknown, late is a fail', () => {
  const run = makeRun()
  expect(judge(run, [recovery({ backlog: '1s' })]).record.checks[0].verdict).toBe('unknown')
  addFault(run, 1_000, 2_500)
  expect(judge(run, [recovery({ backlog: '1s', admission: '1s' })]).record.checks[0]).toMatchObject({ verdict: 'pass', observed: 'fault-0: admission 500 ms; fault-0: backlog 500 ms' })
  expect(judge(run, [recovery({ backlog: '250ms' })]).record.checks[0].verdict).toBe('fail')
})

describe('options', () => {
  test.each([
    ['an unknown key', delay({ p99: '2s', p95: '1s' } as never), 'p95: unknown, did you mean p90?; there is p50, p90, p99, p999, outsideFaults'],
    ['a duration that is none', delay({ p99: '20 parsecs' as never }), 'p99: found "20 parsecs", must be a duration longer than zero, such as 250ms, 35s, 1.5m or 2h'],
    ['no bound', delay({ outsideFaults: true }), ': found an object, must be an object with at least one of p50, p90, p99, p999'],
    ['an empty bound', delay({ p99: undefined }), ': found an object, must be an object with at least one of p50, p90, p99, p999'],
    ['a share above one', throughput({ atLeast: 99.99 }), 'atLeast: found 99.99, must be a share above 0 and up to 1, such as 0.9999'],
    ['no part', recovery({}), ': found an empty object, must be an object with at least one of admission, backlog, destination'],
    ['a count for a share', duplicateArrivals({ atMost: 5 }), 'atMost: found 5, must be a number from 0 to 1'],
    ['nothing', (throughput as () => Check)(), ': found nothing, must be an object with atLeast'],
  ])('%s is a problem of the check, and nothing is thrown', (_name, check, problem) => {
    expect(check.problems).toEqual([problem])
  })
})

describe("a check of the scenario's own", () => {
  const own = (answer: () => unknown): Check => ({ name: 'own', invariant: true, expected: 'something', judge: answer as Check['judge'] })

  test.each<[string, () => unknown, string]>([
    ['throws', () => { throw new Error('no such column') }, 'the check failed: no such column'],
    ['throws what is no error', () => { throw null }, 'the check failed: null'],
    ['answers nothing', () => undefined, 'the check did not answer with a finding'],
    ['answers a word', () => 'pass', 'the check did not answer with a finding'],
    ['answers no known verdict', () => ({ verdict: 'fine', observed: 'all', evidence: [] }), 'the check did not answer with a finding'],
    ['is async', async () => { throw new Error('too late') }, 'the check did not answer with a finding'],
  ])('that %s is unknown, and the others still speak', (_name, answer, observed) => {
    const { record } = judge(makeRun(), [own(answer), noLoss()])
    expect(record.checks.slice(0, 2)).toMatchObject([{ name: 'own', verdict: 'unknown', observed }, { name: 'noLoss', verdict: 'pass' }])
    expect(record.verdict).toBe('unknown')
  })

  test('excuses no loss, and is told with the line that threw', () => {
    const run = makeRun()
    takeAway(run, 20)
    const { record } = judge(run, [own(() => { throw new Error('no such column') }), noLoss()])
    expect(record.verdict).toBe('broken')
    expect(record.checks[0].evidence[0]).toContain('checks.test.ts')
  })

  test('cannot pass for another', () => {
    const { record } = judge(makeRun(), [own(() => ({ name: 'noLoss', verdict: 'pass', observed: 'all', evidence: [] }))])
    expect(record.checks[0]).toEqual({ name: 'own', invariant: true, expected: 'something', verdict: 'pass', observed: 'all', evidence: [] })
  })
})
