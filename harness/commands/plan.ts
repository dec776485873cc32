// `floodmark plan`: what a scenario would send, compiled as a run would compile it, and nothing sent or started.
import { renderPlanCsv } from '../../reports/plan/csv.ts'
import { planRecord, planSchemaVersion, type PlanRecord } from '../../reports/plan/record.ts'
import { renderPlan } from '../../reports/plan/text.ts'
import type { ExitName } from '../exit-codes.ts'
import { planRun } from '../phases/plan.ts'
import { countOutOfOrder } from '../plan/disorder.ts'
import { countFirstAttempts, countRepeats } from '../plan/per-second.ts'
import { countByShop, countByTopic, countDelayed } from '../plan/tally.ts'
import { loadReplacement, loadScenario } from '../scenario/load.ts'
import { prepare, type Prepared } from '../scenario/prepare.ts'
import { dieOnSignals } from './process-end.ts'

export interface PlanCommandOptions {
  seed: number
  system?: string
  set: Record<string, string>
  json?: boolean
  csv?: boolean
}

/** Prints the plan. Throws exit 64 for whatever `run` would be refused for. */
export async function plan(name: string, { seed, system, set, json, csv }: PlanCommandOptions, signal: AbortSignal): Promise<ExitName> {
  await dieOnSignals(signal)
  const replacement = await loadReplacement(system)
  const record = describePlan(prepare(await loadScenario(name), { set, replacement }), seed)
  const { stdout } = process
  if (json) stdout.write(`${JSON.stringify(planRecord.parse(record))}\n`)
  else if (csv) stdout.write(renderPlanCsv(record))
  else stdout.write(`${renderPlan(record, { color: stdout.hasColors?.() ?? false, width: stdout.columns })}\n`)
  return 'pass'
}

/** The plan as the contract has it. */
export function describePlan(prepared: Prepared, seed: number): PlanRecord {
  const { scenario, system, load, parameters, hashes, faults } = prepared
  const { plan, demand, warmUp, footprint, worstAttempts } = planRun(prepared, seed)
  const events = plan.eventCount - plan.warmUpCount
  return {
    schemaVersion: planSchemaVersion,
    scenario: { name: scenario.name, hash: hashes.scenario, parameters, hypothesis: scenario.hypothesis },
    system: { name: system.name, configHash: hashes.systemConfig },
    seed,
    planHash: plan.hash,
    flood: {
      events, orders: events / plan.topics.length, durationMs: plan.floodMs, peakPerSecond: plan.peakPerSecond, meanPerSecond: (events / plan.floodMs) * 1_000,
      spacing: load.spacing, scales: [...load.shape.scales ?? []],
    },
    warmUp: { events: plan.warmUpCount, durationMs: warmUp.durationMs, perSecond: warmUp.ratePerSecond },
    seconds: inStep({ planned: countFirstAttempts(plan), repeats: countRepeats(plan), worstAttempts }),
    shops: countByShop(plan),
    topics: countByTopic(plan),
    disorder: { ordersOutOfOrder: countOutOfOrder(plan), repeats: plan.repeats?.event.length ?? 0, ...countDelayed(plan) },
    retries: {
      policy: load.retries.name, timeScale: load.timeScale, delaysMs: load.retries.delaysMs.map(delayMs => delayMs / load.timeScale),
      connectTimeoutMs: load.retries.connectTimeoutMs, totalTimeoutMs: load.retries.totalTimeoutMs,
    },
    faults: faults.map(({ id, kind, target, atMs, forMs }) => ({ id, kind, target, fromMs: atMs, toMs: atMs + forMs })),
    worst: { ...demand, maxSockets: load.maxSockets },
    memory: footprint,
  }
}

/** As long as the longest of them, with zeros. */
function inStep(columns: Record<keyof PlanRecord['seconds'], Uint32Array>): PlanRecord['seconds'] {
  const { planned, repeats, worstAttempts } = columns
  const length = Math.max(planned.length, repeats.length, worstAttempts.length)
  const padded = (values: Uint32Array): number[] => Array.from({ length }, (_, second) => values[second] ?? 0)
  return { planned: padded(planned), repeats: padded(repeats), worstAttempts: padded(worstAttempts) }
}
