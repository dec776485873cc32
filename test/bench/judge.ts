/**
 * What judging costs: 0.1, 1 and 4 million synthetic events judged by every check and written as Parquet: `node test/bench/judge.ts`, or with other
 * numbers `node test/bench/judge.ts 500000,2000000`. CPU an event is the number to compare; the wall clock hears the neighbours.
 * One event in a hundred has a retry, one in ten thousand is lost. Memory is that of this process, the history included.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { judge } from '../../harness/checks/judge.ts'
import { delay } from '../../harness/checks/delay.ts'
import { noDuplicateEffects } from '../../harness/checks/no-duplicate-effects.ts'
import { noLoss } from '../../harness/checks/no-loss.ts'
import { throughput } from '../../harness/checks/throughput.ts'
import { ACKED } from '../../harness/history/history.ts'
import { historyFiles, writeHistoryParquet } from '../../harness/history/parquet.ts'
import { createCorpus } from '../../harness/platform/corpus.ts'
import { makeRun, takeAway } from '../unit/checks-made-run.ts'

const expectations = [noLoss(), noDuplicateEffects(), throughput({ atLeast: 0.9999 }), delay({ p99: '2s' })]

async function measure(events: number): Promise<Record<string, number | string>> {
  const run = makeRun({ events, warmUp: 1_000, perSecond: 5_000, shops: 200 })
  run.corpus = createCorpus(run.plan)
  for (let event = run.plan.warmUpCount; event < run.plan.eventCount; event++) {
    if (event % 10_000 === 0) takeAway(run, event)
    if (event % 100 === 0) run.attempts.push({ event, number: 2, sent: run.history.firstEnded[event] + 100, ended: run.history.firstEnded[event] + 500, status: 200, outcome: ACKED })
  }
  const folder = await mkdtemp(join(tmpdir(), 'floodmark-judge-'))
  try {
    const cpu = process.cpuUsage()
    const startMs = performance.now()
    const { accounts, record } = judge(run, expectations)
    const judgedMs = performance.now()
    await writeHistoryParquet(folder, { ...run, accounts })
    const writtenMs = performance.now()
    const { user, system } = process.cpuUsage(cpu)
    const sizes = await Promise.all(Object.values(historyFiles).map(async name => (await stat(join(folder, name))).size))
    return {
      events, verdict: record.verdict,
      judgeMs: Math.round(judgedMs - startMs), writeMs: Math.round(writtenMs - judgedMs), 'CPU µs an event': Number(((user + system) / events).toFixed(2)),
      'files MB': Number((sizes.reduce((sum, size) => sum + size, 0) / 1e6).toFixed(1)), 'rss MB': Math.round(process.memoryUsage.rss() / 1e6),
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

const rows = []
for (const events of process.argv[2]?.split(',').map(Number) ?? [100_000, 1_000_000, 4_000_000]) rows.push(await measure(events))
console.table(rows)
