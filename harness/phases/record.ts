import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runRecord, schemaVersion, type RunRecord } from '../../reports/record.ts'
import { attemptFiles } from '../history/attempt-file.ts'
import { historyFiles, writeHistoryParquet } from '../history/parquet.ts'
import { countOutOfOrder } from '../plan/disorder.ts'
import type { RunOptions } from '../run-options.ts'
import type { Prepared } from '../scenario/prepare.ts'
import { commandLine } from './command-line.ts'
import type { Observed } from './drain.ts'
import type { Judged } from './judge.ts'
import { describeFloodmark, describeMachine } from './machine.ts'
import type { Phases } from './phase-clock.ts'
import type { Planned } from './plan.ts'
import type { RunFolder } from './run-folder.ts'
import { listScaledTimes } from './scaled-times.ts'

export interface Whole {
  prepared: Prepared
  planned: Planned
  observed: Observed
  judged: Judged
  phases: Phases
  folder: RunFolder
  options: RunOptions
}

const files = { series: 'series.json', ...historyFiles, report: 'report.html' } as const

/** Phase 7: the history as Parquet, the series, and `run.json` last, so that a folder with a `run.json` is a whole one. */
export async function writeRecord(whole: Whole): Promise<RunRecord> {
  const { prepared, judged, folder } = whole
  await writeHistoryParquet(folder.path, { ...judged.observations, accounts: judged.accounts })
  // They live on in the table of attempts.
  for (const file of attemptFiles(folder.attemptsFile, prepared.load.senders)) await rm(file, { force: true })
  await writeFile(join(folder.path, files.series), JSON.stringify(judged.series))
  const record = runRecord.parse(await assembleRecord(whole))
  await writeFile(join(folder.path, 'run.json'), `${JSON.stringify(record, null, 1)}\n`)
  return record
}

async function assembleRecord({ prepared, planned, observed, judged, phases, folder, options }: Whole): Promise<RunRecord> {
  const { scenario, system, load, parameters, hashes } = prepared
  const { plan, demand } = planned
  const events = plan.eventCount - plan.warmUpCount
  const spans = phases.since(observed.floodStartedAtMs)
  return {
    schemaVersion,
    runId: folder.runId,
    floodmark: describeFloodmark(),
    scenario: { name: scenario.name, hash: hashes.scenario, parameters, hypothesis: scenario.hypothesis, repair: scenario.repair },
    system: { name: system.name, configHash: hashes.systemConfig },
    seed: options.seed,
    command: commandLine(prepared, options),
    planHash: plan.hash,
    startedAt: new Date(observed.floodWallMs).toISOString(),
    durationMs: spans[spans.length - 1].endMs - spans[0].startMs,
    timeScale: load.timeScale,
    scaledTimes: listScaledTimes(prepared),
    engine: observed.sender.engine,
    senders: load.senders,
    links: options.links,
    environment: describeMachine(prepared.environment, observed.versions),
    machineCpu: observed.machineCpu,
    phases: spans,
    plan: {
      events, orders: events / plan.topics.length, shops: plan.shops.length, peakPerSecond: plan.peakPerSecond, durationMs: plan.floodMs,
      worstAttemptsPerSecond: demand.attemptsPerSecond, worstSockets: demand.sockets,
      spacing: load.spacing, scales: [...load.shape.scales ?? []],
      ordersOutOfOrder: countOutOfOrder(plan), repeats: plan.repeats?.event.length ?? 0,
    },
    ...judged.record,
    control: options.arm?.kind === 'faults' ? options.arm.control : null,
    files: { ...files, logs: (await readdir(folder.logs)).toSorted().map(name => join('logs', name)) },
  }
}
