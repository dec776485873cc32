import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { countAccounts } from '../../harness/checks/accounts.ts'
import { ACKED, INDETERMINATE, LISTED, LISTED_BEFORE_ARRIVAL, MUTATED, OPEN, ticksPerMs } from '../../harness/history/history.ts'
import { rowsPerGroup } from '../../harness/history/parquet-file.ts'
import { historyFiles, writeHistoryParquet } from '../../harness/history/parquet.ts'
import { arriveAgain, holdBack, makeRun, refuse, takeAway, type MadeRun } from './checks-made-run.ts'

let folder: string
let duckdb: DuckDBInstance

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'floodmark-parquet-'))
  duckdb = await DuckDBInstance.create()
})

afterAll(async () => {
  duckdb.closeSync()
  await rm(folder, { recursive: true })
})

/** Rows of a query over the two tables of this run. */
async function query(run: MadeRun, sql: string): Promise<unknown[]> {
  await writeHistoryParquet(folder, { ...run, accounts: countAccounts(run) })
  const connection = await duckdb.connect()
  try {
    const table = (name: string): string => `read_parquet('${join(folder, name)}')`
    const rows = await connection.runAndReadAll(sql.replaceAll('events', table(historyFiles.events)).replaceAll('tries', table(historyFiles.attempts)))
    return rows.getRowObjectsJson()
  } finally {
    connection.closeSync()
  }
}

test('which orders were lost, and what happened to each', async () => {
  const run = makeRun({ events: 500 })
  takeAway(run, 30)
  run.history.firstOutcome[30] = INDETERMINATE
  run.history.attempts[30] = 2
  run.history.acked[30] = run.floodTick + 900 * ticksPerMs
  run.attempts.push({ event: 30, number: 2, sent: run.floodTick + 880 * ticksPerMs, ended: run.floodTick + 900 * ticksPerMs, status: 200, outcome: ACKED })
  run.attempts.push({ event: 3, number: 2, sent: 500, ended: 600, status: 200, outcome: ACKED })
  const sql = `select order_id, shop, e.outcome as owed, acked_ms, attempt, sent_ms, ended_ms, t.status, t.outcome from events e join tries t using (event) where state = 'lost' order by attempt`
  expect(await query(run, sql)).toEqual([
    { order_id: 'order-30', shop: 'shop-2', owed: 'acked', acked_ms: 900, attempt: 1, sent_ms: 201, ended_ms: 205, status: 200, outcome: 'indeterminate' },
    { order_id: 'order-30', shop: 'shop-2', owed: 'acked', acked_ms: 900, attempt: 2, sent_ms: 880, ended_ms: 900, status: 200, outcome: 'acked' },
  ])
  expect(await query(run, 'select count(*)::int as n from tries')).toEqual([{ n: 501 }])
})

test('every column of an event, with null for what never happened', async () => {
  const run = makeRun({ events: 100, destinations: ['analytics', 'ads'], topics: ['orders/create', 'orders/paid'] })
  run.lateAfterMs = 1_000
  holdBack(run, 11, 1)
  takeAway(run, 11)
  arriveAgain(run, 13, { effects: 2 }, 1)
  run.history.flags[13] |= MUTATED | LISTED | LISTED_BEFORE_ARRIVAL
  run.history.deliveries[1].arrived[13] += 1_500 * ticksPerMs
  refuse(run, 12, INDETERMINATE)
  run.history.firstEnded[12] = 0
  run.history.firstOutcome[12] = OPEN
  const [unsent, open, late] = await query(run, 'select * from events where event in (11, 12, 13) order by event')
  expect(unsent).toEqual({
    event: 11, order_id: 'order-5', shop: 'shop-4', topic: 'orders/paid', planned_ms: 10, first_sent_ms: null, first_ended_ms: null, acked_ms: null, status: null,
    held_until_ms: null, first_outcome: 'none', outcome: 'none', attempts: 0, unsent_reason: 'unsubscribed', state: 'missed', late: false, duplicated: false, mutated: false, listed: false, listed_before_arrival: false,
    analytics_arrived_ms: null, analytics_arrivals: 0, analytics_effects: 0, ads_arrived_ms: null, ads_arrivals: 0, ads_effects: 0,
  })
  expect(open).toMatchObject({ topic: 'orders/create', first_sent_ms: 21, first_ended_ms: null, first_outcome: 'open', outcome: 'indeterminate', unsent_reason: null, state: 'delivered' })
  expect(late).toMatchObject({ late: true, duplicated: true, mutated: true, listed: true, listed_before_arrival: true, analytics_arrived_ms: 130, ads_arrived_ms: 1_630, ads_arrivals: 2, ads_effects: 2 })
})

test('more than one row group, and a count per shop and hour', async () => {
  const run = makeRun({ events: rowsPerGroup + 500, perSecond: 10_000 })
  expect(await query(run, 'select count(*)::int as n, count(distinct event)::int as apart, max(event)::int as last from events')).toEqual([{ n: rowsPerGroup + 500, apart: rowsPerGroup + 500, last: rowsPerGroup + 509 }])
  expect(await query(run, 'select count(*)::int as n, count(distinct event)::int as apart from tries')).toEqual([{ n: rowsPerGroup + 500, apart: rowsPerGroup + 500 }])
  const cells = await query(run, `select shop, floor(planned_ms / 1000)::int as hour, count(*)::int as planned, count(*) filter (state = 'delivered')::int as delivered from events group by all`)
  expect(cells).toHaveLength(7 * 11)
})

test('a flood without events leaves two empty tables', async () => {
  expect(await query(makeRun({ events: 0 }), 'select (select count(*)::int from events) as e, (select count(*)::int from tries) as t')).toEqual([{ e: 0, t: 0 }])
})
