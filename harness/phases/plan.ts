import { faultKind } from '../faults/registry.ts'
import { busiestShare } from '../load/native/shares.ts'
import { compilePlan, countEvents } from '../plan/compile.ts'
import { demandOf, demandProblems, worstDemand, type Demand } from '../plan/demand.ts'
import { refuseImpossible } from '../plan/impossible.ts'
import { attemptsUnderOutages, type Window } from '../plan/outage.ts'
import type { Plan } from '../plan/plan.ts'
import { createCorpus, type Corpus, type CorpusSettings } from '../platform/corpus.ts'
import type { Prepared } from '../scenario/prepare.ts'
import { footprintOf, footprintProblems, type Footprint } from './footprint.ts'
import { hangProblems } from './hangs.ts'
import { senderProblems } from './senders.ts'

/**
 * A warm-up is half the peak, for longer the higher that is: runtimes compile what is hot only after thousands of calls, and until then an order costs
 * twice what it will. Without that the first seconds of a flood near the limit would measure compilers.
 */
const warmUp = { rate: { share: 0.5, least: 20, most: 3_000 }, leastMs: 3_000, msPerPeakRate: 1, mostMs: 10_000 } as const

export interface Planned {
  plan: Plan
  corpusSettings: CorpusSettings
  corpus: Corpus
  /** Under the longest outage that the scenario's faults could cause, at the worst time, or under all of them where they are. */
  demand: Demand
  /** When that could be, where the faults are: in order, one for each fault that attempts can fail by. */
  outages: readonly Window[]
  /** Attempts in each second of the flood and after it, if all of them fail in those outages. */
  worstAttempts: Uint32Array
  warmUp: { durationMs: number; ratePerSecond: number }
  footprint: Footprint
}

/** Phase 1: compiles the plan and refuses, with the arithmetic, what this machine cannot hold and what could only be invalid. */
export function planRun(prepared: Prepared, seed: number): Planned {
  const { load, scenario } = prepared
  const warmUp = warmUpFor(prepared.parameters.rate)
  const footprint = footprintOf(countEvents(load, warmUp).eventCount, prepared)
  refuseImpossible(scenario.name, footprintProblems(footprint))
  const plan = compileFor(prepared, seed)
  const outages = outagesOf(prepared)
  const worstAttempts = attemptsUnderOutages(plan, load.retries, load.timeScale, outages)
  const demand = worstOf(prepared, plan, outages, worstAttempts)
  refuseImpossible(scenario.name, [...senderProblems(prepared), ...demandProblems(demand, { ...load, busiestShare: busiestShare(plan, load.senders) }), ...hangProblems(prepared, plan)])
  const corpusSettings = { seed, shops: plan.shops, topics: plan.topics }
  return { plan, corpusSettings, corpus: createCorpus(corpusSettings), demand, outages, worstAttempts, warmUp, footprint }
}

/** The plan alone, whether this machine could carry it out or not. */
export function compileFor({ load, parameters, hashes }: Prepared, seed: number): Plan {
  return compilePlan({ load, seed, scenarioHash: hashes.scenario, warmUp: warmUpFor(parameters.rate) })
}

function outagesOf({ faults }: Prepared): Window[] {
  const mayFailAttempts = faults.filter(({ kind }) => faultKind(kind)?.targets !== 'platform' || faultKind(kind)?.failsAttempts)
  return mayFailAttempts.map(({ atMs, forMs }) => ({ fromMs: atMs, toMs: atMs + forMs })).toSorted((a, b) => a.fromMs - b.fromMs)
}

function worstOf({ load: { retries, timeScale } }: Prepared, plan: Plan, outages: readonly Window[], worstAttempts: Uint32Array): Demand {
  const longestMs = Math.max(0, ...outages.map(({ fromMs, toMs }) => toMs - fromMs))
  const { attemptsPerSecond } = worstDemand(plan, retries, timeScale, longestMs)
  return demandOf(worstAttempts.reduce((most, attempts) => Math.max(most, attempts), attemptsPerSecond), retries)
}

function warmUpFor(peakRate: number): { durationMs: number; ratePerSecond: number } {
  const { rate, leastMs, msPerPeakRate, mostMs } = warmUp
  return {
    ratePerSecond: Math.min(rate.most, Math.max(rate.least, peakRate * rate.share)),
    durationMs: Math.min(mostMs, leastMs + peakRate * msPerPeakRate),
  }
}
