// `floodmark run`: every scenario is made ready before the first is started, so that nothing stops half-way for a typing mistake.
import { renderSummary, renderSummaryTable } from '../../reports/summary.ts'
import { writeJUnit, writeReports } from '../../reports/write.ts'
import type { RunRecord } from '../../reports/record.ts'
import { worstOf } from '../checks/verdict.ts'
import type { EnvironmentName } from '../environment/environments.ts'
import { FloodmarkError } from '../errors.ts'
import type { ExitName } from '../exit-codes.ts'
import type { EngineName } from '../load/engines.ts'
import { planRun } from '../phases/plan.ts'
import type { RunOptions } from '../run-options.ts'
import { runScenario } from '../run.ts'
import { loadReplacement, loadScenario } from '../scenario/load.ts'
import { withoutFaults } from '../scenario/control.ts'
import { prepare, type Prepared } from '../scenario/prepare.ts'
import { checkOutFile, checkOutFolder } from './out-folder.ts'
import { terminalProgress } from './progress.ts'
import { tell } from './process-end.ts'

export interface RunCommandOptions {
  seed: number
  out: string
  system?: string
  links: 'toxiproxy' | 'direct'
  engine?: EngineName
  env: EnvironmentName
  control?: boolean
  set: Record<string, string>
  allowHost: string[]
  json?: boolean
  junit?: string
}

/** Runs the scenarios one after another and comes to the worst of their ends. */
export async function run(names: readonly string[], options: RunCommandOptions, signal: AbortSignal): Promise<ExitName> {
  const prepared = await prepareAll(names, options)
  await checkOutFolder(options.out)
  if (options.junit !== undefined) await checkOutFile('--junit', options.junit)
  const records: RunRecord[] = []
  const ends: ExitName[] = []
  for (const each of prepared) {
    if (!signal.aborted) ends.push(...await runArms(each, options, signal, records))
  }
  if (signal.aborted) ends.push(exitNameOf(signal.reason))
  if (options.junit !== undefined) await writeJUnit(options.junit, records)
  if (records.length > 1 && !options.json) process.stdout.write(`\n${renderSummaryTable(records, terminal(process.stdout))}\n`)
  return worstOf(ends)
}

/** All scenarios, or the problems of all of them. */
async function prepareAll(names: readonly string[], { system, set, links, engine, env, seed }: RunCommandOptions): Promise<Prepared[]> {
  const replacement = await loadReplacement(system)
  const prepared: Prepared[] = []
  const refusals: FloodmarkError[] = []
  for (const name of names) {
    try {
      const each = prepare(await loadScenario(name), { set, replacement, links, engine, environment: env })
      // Each run plans for itself again: what is wanted here is only what it would be refused for.
      planRun(each, seed)
      prepared.push(each)
    } catch (error) {
      if (!(error instanceof FloodmarkError)) throw error
      refusals.push(error)
    }
  }
  if (refusals.length === 1) throw refusals[0]
  if (refusals.length > 1) throw new FloodmarkError('usage', `${refusals.length} scenarios cannot be run`, { evidence: refusals.flatMap(each => [each.message, ...each.evidence.map(line => `  ${line}`)]) })
  return prepared
}

/** The run, or with --control the same without faults before it. Where that does not pass, faults would prove nothing, and the scenario ends with it. */
async function runArms(prepared: Prepared, options: RunCommandOptions, signal: AbortSignal, records: RunRecord[]): Promise<ExitName[]> {
  if (!options.control || prepared.faults.length === 0) return [await runOne(prepared, options, signal, records)]
  const end = await runOne(withoutFaults(prepared), options, signal, records, { kind: 'control' })
  if (end === 'pass') return [await runOne(prepared, options, signal, records, { kind: 'faults', control: records.at(-1)! })]
  if (!signal.aborted) process.stderr.write(`floodmark: ${prepared.scenario.name} did not pass without a fault, so it was not run with its faults: they would prove nothing\n`)
  return [end]
}

/** One run to its end. What a run dies of is told and counts, and the next one still has its turn. */
async function runOne(prepared: Prepared, options: RunCommandOptions, signal: AbortSignal, records: RunRecord[], arm?: RunOptions['arm']): Promise<ExitName> {
  const { seed, out, links, allowHost } = options
  const { name } = prepared.scenario
  const progress = terminalProgress(`${name} on ${prepared.system.name}`)
  try {
    const { record, series, folder } = await runScenario(prepared, { seed, out, links, allowedHosts: allowHost, signal, progress, arm })
    await writeReports(folder, record, series)
    progress.finish(true)
    records.push(record)
    process.stdout.write(options.json ? `${JSON.stringify(record)}\n` : `\n${renderSummary(record, { ...terminal(process.stdout), folder })}\n`)
    return record.verdict
  } catch (error) {
    progress.finish(false)
    const cause: unknown = isInterruption(error, signal) ? signal.reason : error
    tell(cause)
    return exitNameOf(cause)
  }
}

function exitNameOf(error: unknown): ExitName {
  return error instanceof FloodmarkError ? error.exit : 'internal'
}

/** Node's own waits wrap the reason of an abort into an error of theirs. */
function isInterruption(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false
  return error === signal.reason || (error instanceof Error && (error.name === 'AbortError' || isInterruption(error.cause, signal)))
}

function terminal(stream: NodeJS.WriteStream): { color: boolean; width: number } {
  return { color: stream.hasColors?.() ?? false, width: stream.columns ?? 100 }
}
