// `floodmark explore`: looks for a schedule of faults that breaks an invariant, and makes what it finds small enough to be understood.
import { join, relative, resolve } from 'node:path'
import { mkdir } from 'node:fs/promises'
import type { FaultRequest } from '../faults/fault.ts'
import { FloodmarkError } from '../errors.ts'
import type { ExitName } from '../exit-codes.ts'
import { createCandidates } from '../explore/candidates.ts'
import { describeSchedule, drawSchedule, requestsOf, totalMs, type Disturbance, type Limits, type Schedule } from '../explore/schedule.ts'
import { search, type SearchResult } from '../explore/search.ts'
import { cellsOf } from '../matrix/cells.ts'
import { dependenciesOf } from '../matrix/dependency.ts'
import { durationMs, type Duration } from '../scenario/duration.ts'
import { loadScenario, loadSystem, systemModuleOf } from '../scenario/load.ts'
import { prepare } from '../scenario/prepare.ts'
import { resolveFaults } from '../scenario/resolve-faults.ts'
import { unknownKey } from '../scenario/rules.ts'
import { faultCall, scenarioSource, variantSource } from '../scenario/source.ts'
import type { System } from '../scenario/system.ts'
import { checkOutFolder } from './out-folder.ts'

export interface ExploreCommandOptions {
  system: string
  from?: string
  seed: number
  runs: number
  budget: Duration
  maxFaults: number
  longest: Duration
  only?: string[]
  rate: number
  duration: Duration
  jobs: number
  out: string
  json?: boolean
}

const shortestMs = 500

/** Ends `broken` with the smallest schedule where one was found, `pass` where none was. */
export async function explore(options: ExploreCommandOptions, signal: AbortSignal): Promise<ExitName> {
  const quest = options.from === undefined ? await drawnQuest(options) : await givenQuest(options.from)
  await checkOutFolder(options.out)
  const folder = join(resolve(options.out), `explore-${quest.name}`)
  await mkdir(folder, { recursive: true })
  const candidates = createCandidates({ folder, seed: options.seed, signal, sourceOf: quest.sourceOf })
  const result = await search({
    ...quest, candidates, shortestMs,
    jobs: options.jobs,
    tell: line => process.stderr.write(`  ${line}\n`),
    spent: AbortSignal.any([signal, AbortSignal.timeout(durationMs(options.budget)!)]),
  })
  const file = result.found === undefined ? undefined : await candidates.keep(`found-${options.seed}`, result.found.schedule)
  tell(result, { file, runs: candidates.runs, options })
  return result.found === undefined ? 'pass' : 'broken'
}

interface Quest {
  name: string
  scheduleOf: (number: number) => Schedule | undefined
  most: number
  isPossible: (schedule: Schedule) => boolean
  sourceOf: (name: string, faults: readonly FaultRequest[]) => string
}

/** Schedules drawn at random over everything that a system stands on. */
async function drawnQuest({ system: named, seed, runs, maxFaults, longest, only, rate, duration }: ExploreCommandOptions): Promise<Quest> {
  const system = await loadSystem(named)
  const floodMs = durationMs(duration)!
  const pool = poolOf(system, only)
  // Two seconds before, to be seen running well, and two after, to be seen healed.
  const limits: Limits = { mostFaults: maxFaults, shortestMs, longestMs: durationMs(longest)!, fromMs: 2_000, untilMs: floodMs - 2_000 }
  if (limits.longestMs < shortestMs || limits.untilMs - limits.fromMs < limits.longestMs) {
    throw new FloodmarkError('usage', `faults of up to ${longest} do not fit in a flood of ${duration}`, { hint: `--longest from 500ms to ${(limits.untilMs - limits.fromMs) / 1_000}s, or a longer --duration` })
  }
  const problemsOf = (schedule: Schedule): string[] => scheduleProblems(schedule, system, floodMs)
  const systemModule = systemModuleOf(named)
  return {
    name: system.name,
    most: runs,
    scheduleOf: number => drawSchedule(seed, number, pool, limits, problemsOf),
    isPossible: schedule => problemsOf(schedule).length === 0,
    sourceOf: (name, faults) => scenarioSource({ name, hypothesis: `${system.name} loses, doubles and changes no order under this schedule.`, systemModule, rate, duration, faults }),
  }
}

/** The one schedule of a scenario that is known to break: only to be made small. */
async function givenQuest(from: string): Promise<Quest> {
  const scenario = await loadScenario(from)
  const { faults, system, floodMs } = prepare(scenario, { environment: 'local' })
  if (faults.length === 0) throw new FloodmarkError('usage', `${scenario.name} has no faults that could be made fewer`)
  const schedule = faults.map(({ kind, target, parameters, atMs, forMs }): Disturbance => ({ fault: { kind, target, parameters }, atMs, forMs }))
  return {
    name: scenario.name,
    most: 1,
    scheduleOf: () => schedule,
    isPossible: smaller => scheduleProblems(smaller, system, floodMs).length === 0,
    sourceOf: (name, requests) => variantSource({ name, scenarioFile: scenario.file, faults: requests }),
  }
}

function scheduleProblems(schedule: Schedule, system: System, floodMs: number): string[] {
  const problems: string[] = []
  resolveFaults(requestsOf(schedule), { system, floodMs, links: 'toxiproxy', repair: false }, problems)
  return problems
}

/** Every single fault that the modes of the matrix come to, or those of some of them. */
function poolOf(system: System, only: readonly string[] | undefined): Disturbance['fault'][] {
  const { cells } = cellsOf(dependenciesOf(system))
  const known = [...new Set(cells.map(({ mode }) => mode.name))]
  const problems = (only ?? []).filter(name => !known.includes(name)).map(name => `--only ${unknownKey(name, known)}`)
  if (problems.length > 0) throw new FloodmarkError('usage', 'no such faults', { evidence: problems })
  const chosen = cells.filter(({ mode }) => only?.includes(mode.name) ?? true)
  return chosen.flatMap(({ faults }) => faults.map(({ kind, target, parameters }) => ({ kind, target, parameters })))
}

function tell(result: SearchResult, { file, runs, options }: { file: string | undefined; runs: number; options: ExploreCommandOptions }): void {
  const { found, tried, invalid, flaky } = result
  const path = file === undefined ? undefined : relative(process.cwd(), file)
  const again = path === undefined ? undefined : `floodmark run ${path} --seed ${options.seed}`
  if (options.json) {
    const asked = found && { faults: requestsOf(found.schedule), drawn: requestsOf(found.drawn), checks: found.checks, broke: found.broke, of: found.of, isSmallest: found.isSmallest, file: path, again }
    return void process.stdout.write(`${JSON.stringify({ seed: options.seed, schedules: tried, runs, invalid, flaky: flaky.map(({ schedule, checks }) => ({ faults: requestsOf(schedule), checks })), found: asked ?? null })}\n`)
  }
  const lines = flaky.map(({ schedule, checks }) => `broke once and not again: ${checks.join('; ')}\n  ${describeSchedule(schedule)}`)
  if (found === undefined) lines.push(`${tried} schedule${tried === 1 ? '' : 's'} in ${runs} runs, no invariant broke twice${invalid > 0 ? `; ${invalid} said nothing` : ''}`)
  else {
    lines.push(
      `✗ ${found.checks.join('; ')}`,
      ...requestsOf(found.schedule).map(fault => `    ${faultCall(fault)}`),
      `  from ${found.drawn.length} faults (${totalMs(found.drawn) / 1_000} s) to ${found.schedule.length} (${totalMs(found.schedule) / 1_000} s) in ${runs} runs; as drawn it broke in ${found.broke} of ${found.of}${found.isSmallest ? '' : '; the budget was spent before it was known to be the smallest'}`,
      `  scenario  ${path}`, `  again     ${again}`,
    )
  }
  process.stdout.write(`${lines.join('\n')}\n`)
}
