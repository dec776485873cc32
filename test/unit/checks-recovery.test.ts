import { describe, expect, test } from 'vitest'
import { judge } from '../../harness/checks/judge.ts'
import { recovery } from '../../harness/checks/recovery.ts'
import { ticksPerMs } from '../../harness/history/history.ts'
import { addFault, makeRun, refuse, takeAway, type MadeRun } from './checks-made-run.ts'

/** Events planned in [fromMs, toMs) of the flood. */
function plannedIn(run: MadeRun, fromMs: number, toMs: number): number[] {
  const events: number[] = []
  for (let event = run.plan.warmUpCount; event < run.plan.eventCount; event++) {
    const dueMs = run.plan.dueTicks[event] / ticksPerMs
    if (dueMs >= fromMs && dueMs < toMs) events.push(event)
  }
  return events
}

const arriveAt = (run: MadeRun, event: number, ms: number): void => {
  run.history.deliveries[0].arrived[event] = run.floodTick + ms * ticksPerMs
}

const recoveriesOf = (run: MadeRun) => judge(run, []).record.recoveryMs
const flood = () => makeRun({ events: 3_000, perSecond: 100 })

describe('recovery times', () => {
  test('no fault, no recovery', () => expect(recoveriesOf(flood())).toEqual([]))

  test('a fault that hurt nobody is over within the second', () => {
    const run = flood()
    addFault(run, 5_000, 8_000)
    expect(recoveriesOf(run)).toEqual([{ fault: 'fault-0', admission: 0, backlog: 0, destination: 0 }])
  })

  test('admission: five seconds of which each has 99 % of first attempts acked', () => {
    const run = flood()
    addFault(run, 5_000, 8_400)
    for (const event of plannedIn(run, 8_000, 12_000)) refuse(run, event)
    // One bad second within the first five good ones: they start again after it.
    for (const event of plannedIn(run, 14_000, 14_050)) refuse(run, event)
    expect(recoveriesOf(run)[0].admission).toBe(15_000 - 8_400)
  })

  test('backlog: acked and not yet arrived under one second of load', () => {
    const run = flood()
    addFault(run, 5_000, 8_000)
    for (const event of plannedIn(run, 5_000, 10_000)) arriveAt(run, event, 13_500)
    expect(recoveriesOf(run)[0].backlog).toBe(5_000)
  })

  test('destination: 99 % of a second within the objective of the scenario', () => {
    const run = flood()
    run.lateAfterMs = 1_000
    addFault(run, 5_000, 8_000)
    for (const event of plannedIn(run, 8_000, 11_000)) arriveAt(run, event, run.plan.dueTicks[event] / ticksPerMs + 1_200)
    expect(recoveriesOf(run)[0].destination).toBe(3_000)
  })

  test('a heal at the end of the flood has the drain to show the backlog, and nothing to show the rest', () => {
    const run = makeRun({ events: 3_000, perSecond: 100, settleMs: 1_000 })
    addFault(run, 20_000, 29_500)
    for (const event of plannedIn(run, 20_000, 30_000)) arriveAt(run, event, 30_900)
    run.endTick = run.floodTick + 31_900 * ticksPerMs
    expect(recoveriesOf(run)[0]).toEqual({ fault: 'fault-0', admission: null, backlog: 500, destination: null })
    const [backlog, admission] = judge(run, [recovery({ backlog: '1s' }), recovery({ admission: '1s' })]).record.checks
    expect([backlog.verdict, admission.verdict]).toEqual(['pass', 'unknown'])
  })

  test('never is null, and fails the objective', () => {
    const run = flood()
    addFault(run, 5_000, 8_000)
    for (const event of plannedIn(run, 8_000, 30_000)) refuse(run, event)
    expect(recoveriesOf(run)[0].admission).toBeNull()
    expect(judge(run, [recovery({ admission: '10s' })]).record.checks[0]).toMatchObject({ verdict: 'fail', observed: 'fault-0: admission never' })
  })

  test('a backlog that the drain leaves standing is never, however late the heal', () => {
    const run = flood()
    addFault(run, 28_000, 29_500)
    for (const event of plannedIn(run, 28_000, 30_000)) takeAway(run, event)
    expect(judge(run, [recovery({ backlog: '10s' })]).record.checks[0]).toMatchObject({ verdict: 'fail', observed: 'fault-0: backlog never' })
  })

  test('a fault that begins before recovery was shown restarts the clock at its own heal', () => {
    const run = flood()
    addFault(run, 5_000, 8_000)
    addFault(run, 10_000, 12_000)
    addFault(run, 25_000, 26_000)
    for (const event of plannedIn(run, 5_000, 14_000)) refuse(run, event)
    expect(recoveriesOf(run).map(one => one.admission)).toEqual([2_000, 2_000, null])
  })

  test('what was never healed never recovered', () => {
    const run = flood()
    addFault(run, 5_000, null)
    expect(recoveriesOf(run)[0]).toEqual({ fault: 'fault-0', admission: null, backlog: null, destination: null })
  })
})
