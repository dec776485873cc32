import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, test } from 'vitest'
import { countAccounts } from '../../harness/checks/accounts.ts'
import { historyFiles, writeHistoryParquet } from '../../harness/history/parquet.ts'
import { renderHtml } from '../../reports/html.ts'
import { brokenRecord, outageSeries } from '../fixtures/record.ts'
import { makeRun, takeAway } from './checks-made-run.ts'

/** The queries as a reader would copy them from the page. */
function queriesOf(page: string): string[] {
  const [, text] = /<h3>Ask the history<\/h3>[\s\S]*?<pre[^>]*>([\s\S]*?)<\/pre>/.exec(page)!
  return text.replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').split(';').map(query => query.trim()).filter(Boolean)
}

test('the queries that the page offers run on the files of a run and find the lost order', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'floodmark-query-'))
  const duckdb = await DuckDBInstance.create()
  const connection = await duckdb.connect()
  try {
    const run = makeRun({ events: 100 })
    takeAway(run, 30)
    await writeHistoryParquet(folder, { ...run, accounts: countAccounts(run) })
    const record = brokenRecord()
    record.stories[0].event = 30
    record.files = { ...record.files, ...historyFiles }
    const answers = []
    for (const query of queriesOf(renderHtml(record, outageSeries()))) answers.push((await connection.runAndReadAll(query.replace(/'(\w+\.parquet)'/g, (_, name) => `'${join(folder, name)}'`))).getRowObjectsJson())
    expect(answers).toMatchObject([[{ event: 30, state: 'lost' }], [{ event: 30, attempt: 1, outcome: 'acked' }]])
  } finally {
    connection.closeSync()
    duckdb.closeSync()
    await rm(folder, { recursive: true })
  }
})
