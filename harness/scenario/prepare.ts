// The last step before a run: a scenario with its parameters, system and faults made definite, or all of its problems at once.
import type { Check } from '../checks/check.ts'
import { environmentProblems, type EnvironmentName } from '../environment/environments.ts'
import { causeOf, FloodmarkError } from '../errors.ts'
import type { ResolvedFault } from '../faults/fault.ts'
import type { Guard } from '../guards/guard.ts'
import { engines, type EngineName } from '../load/engines.ts'
import { checkListProblems, faultListProblems, guardListProblems, loadProblems, scenarioProblems } from './check-scenario.ts'
import { isWired, systemProblems } from './check-system.ts'
import { isSystem } from './define.ts'
import { hashScenario, hashSystem } from './hash.ts'
import { resolveParameters } from './parameters.ts'
import { drainProblems } from './realism.ts'
import { resolveFaults } from './resolve-faults.ts'
import { isDuration } from './rules.ts'
import type { Load, ParameterValue, ParameterValues, Scenario } from './scenario.ts'
import type { System } from './system.ts'

/** Everything that a run needs to know, decided. Faults and links are in the system's own names. */
export interface Prepared {
  scenario: Scenario
  /** The scenario's system, or the one put in its place. */
  system: System
  /** File whose default export is the system, where one was put in place of the scenario's. */
  systemFile: string | null
  parameters: ParameterValues
  load: Load
  faults: readonly ResolvedFault[]
  expect: readonly Check[]
  abortWhen: readonly Guard[]
  floodMs: number
  engine: EngineName
  environment: EnvironmentName
  /** Hex SHA-256 of what was asked for: scenario with its parameters, and system. */
  hashes: { scenario: string; systemConfig: string }
}

export interface PrepareOptions {
  /** Parameters to change; a text is read in the type of the declared value. */
  set?: Readonly<Record<string, ParameterValue>>
  /** A system in place of the scenario's own, and the file it was loaded from. */
  replacement?: { system: System; file: string }
  links?: 'toxiproxy' | 'direct'
  /** In place of the scenario's own. */
  engine?: EngineName
  /** Where it is to be arranged. Left out: it only has to be possible somewhere. */
  environment?: EnvironmentName
}

/** Validates and resolves a scenario. Throws exit 64 with every problem as a line of evidence: path, what was found, what would be right. */
export function prepare(scenario: Scenario, { set = {}, replacement, links = 'toxiproxy', engine = scenario.engine, environment }: PrepareOptions = {}): Prepared {
  const problems = scenarioProblems(scenario)
  const parameters = resolveParameters(scenario.parameters, set, problems)
  const system = replacement?.system ?? scenario.system
  if (isSystem(system)) problems.push(...systemProblems('system', system))

  const load = evaluate('load', problems, () => scenario.load(parameters), loadProblems)
  const requests = evaluate('faults', problems, () => scenario.faults(parameters), faultListProblems)
  const expect = listOf(evaluate('expect', problems, () => scenario.expect(parameters), checkListProblems))
  const abortWhen = listOf(evaluate('abortWhen', problems, () => scenario.abortWhen(parameters), guardListProblems))
  const floodMs = floodLength(scenario, load)
  const faults = resolveFaults(listOf(requests), { system: isWired(system) ? system : undefined, floodMs, links, repair: scenario.repair === true }, problems)
  if (requests?.length === 0) problems.push(...expect.filter(check => check?.needsFaults).map(check => `expect.${check.name}: needs a fault to speak of, and the scenario has none`))

  if (problems.length === 0) problems.push(...environmentProblems(environment, { system, faults }))
  if (problems.length === 0 && load !== undefined) problems.push(...engines[engine].problems({ load, faults }))
  if (problems.length === 0 && load !== undefined) problems.push(...drainProblems(load, scenario.drainLimit, system.settle))

  if (problems.length > 0 || load === undefined || floodMs === undefined) throw refusal(scenario, system, problems)
  return {
    scenario, system, parameters, load, faults, expect, abortWhen, floodMs, engine,
    environment: environment ?? 'local',
    systemFile: replacement?.file ?? null,
    hashes: { scenario: hashScenario({ scenario, parameters, load, faults, expect }), systemConfig: hashSystem(system) },
  }
}

/** What a part of the scenario comes to, sound or not, or undefined where its code throws; with the reasons among the problems. */
function evaluate<T>(part: string, problems: string[], compute: () => T, problemsOf: (value: T) => string[]): T | undefined {
  try {
    const value = compute()
    problems.push(...problemsOf(value))
    return value
  } catch (error) {
    problems.push(`${part}: ${causeOf(error)}`)
    return undefined
  }
}

/** Undefined where what it follows from is wrong: faults must not be weighed against the length of a stand-in. */
function floodLength({ parameters }: Scenario, load: Load | undefined): number | undefined {
  const ms: unknown = load?.shape?.durationMs
  return isDuration(parameters?.duration) && Number.isFinite(ms) ? ms as number : undefined
}

function listOf<T>(value: readonly T[] | undefined): readonly T[] {
  return Array.isArray(value) ? value : []
}

function refusal(scenario: Scenario, system: System, problems: readonly string[]): FloodmarkError {
  const lines = [...new Set(problems)]
  const files = new Set([scenario.file, ...(lines.some(line => line.startsWith('system.')) ? [system.file] : [])])
  const count = lines.length === 1 ? 'a problem' : `${lines.length} problems`
  return new FloodmarkError('usage', `scenario ${String(scenario.name)} has ${count}`, { evidence: lines, hint: `mend ${[...files].join(', ')} or the options, then run it again; nothing was started` })
}
