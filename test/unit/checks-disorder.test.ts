import { expect, test } from 'vitest'
import { delay } from '../../harness/checks/delay.ts'
import { judge } from '../../harness/checks/judge.ts'
import { recovery } from '../../harness/checks/recovery.ts'
import type { History } from '../../harness/history/history.ts'
import { draw } from '../../harness/plan/draw.ts'
import { addFault, makeRun, refuse, takeAway, type MadeRun } from './checks-made-run.ts'

type Column = Uint32Array | Uint16Array | Uint8Array

/** A run with something to say of every second and hour: ups and downs, losses, an outage with its recovery. */
function makeEventfulRun(): MadeRun {
  const run = makeRun({ events: 3_000, perSecond: 100, shops: 5 })
  const { plan, history } = run
  for (let event = plan.warmUpCount; event < plan.eventCount; event++) {
    const dueMs = plan.dueTicks[event] / 100
    history.deliveries[0].arrived[event] += draw(1, 1, event) % (dueMs > 8_000 && dueMs < 12_000 ? 400_000 : 20_000)
    history.firstSent[event] += draw(1, 2, event) % 500
  }
  for (const event of [100, 1_500, 1_501, 2_900]) takeAway(run, event)
  for (let event = 900; event < 1_000; event++) refuse(run, event)
  addFault(run, 8_000, 10_000)
  return run
}

/** The same run under other event ids: what was planned and what happened go with them, and the plan says in which order they are due. */
function renumber(run: MadeRun): MadeRun {
  const { plan, history } = run
  const flood = Array.from({ length: plan.eventCount - plan.warmUpCount }, (_, index) => plan.warmUpCount + index)
  const shuffled = flood.toSorted((a, b) => draw(7, 7, a) - draw(7, 7, b))
  const oldIds = [...Array.from({ length: plan.warmUpCount }, (_, event) => event), ...shuffled]
  const moved = <C extends Column>(column: C): C => column.map((_, event) => column[oldIds[event]]) as C
  const columnsOf = (columns: object): [string, Column][] => Object.entries(columns).filter(([, column]) => ArrayBuffer.isView(column))
  const movedColumns = (columns: object): object => Object.fromEntries(columnsOf(columns).map(([name, column]) => [name, moved(column)]))
  const newIds = new Uint32Array(plan.eventCount)
  for (const [event, oldId] of oldIds.entries()) newIds[oldId] = event
  return {
    ...run,
    plan: { ...plan, dueTicks: moved(plan.dueTicks), shop: moved(plan.shop), sendOrder: newIds },
    history: { ...history, ...movedColumns(history), deliveries: history.deliveries.map(movedColumns) } as unknown as History,
  }
}

test('what is said of a run does not depend on the order in which its events have their ids', () => {
  const run = makeEventfulRun()
  const checks = [delay({ p99: '2s', outsideFaults: true }), recovery({ backlog: '15s' })]
  const [inOrder, outOfOrder] = [run, renumber(run)].map(one => judge(one, checks))
  const { stories: _, checks: found, ...facts } = inOrder.record
  expect(outOfOrder.record).toMatchObject(facts)
  expect(outOfOrder.series).toEqual(inOrder.series)
  expect(outOfOrder.record.checks.map(({ name, verdict, observed }) => [name, verdict, observed])).toEqual(found.map(({ name, verdict, observed }) => [name, verdict, observed]))
  expect(inOrder.series.delayP99Ms.some((ms, row, all) => ms !== null && all[row - 1] !== null && ms > 2 * all[row - 1]!)).toBe(true)
})
