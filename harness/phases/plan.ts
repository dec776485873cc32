import { compilePlan } from '../plan/compile.ts'
import { refuseImpossible, worstDemand, type Demand } from '../plan/demand.ts'
import type { Plan } from '../plan/plan.ts'
import { createCorpus, type Corpus, type CorpusSettings } from '../platform/corpus.ts'
import type { Prepared } from '../scenario/prepare.ts'

/**
 * A warm-up is half the peak, for longer the higher that is: runtimes compile what is hot only after thousands of calls, and until then an order costs
 * twice what it will. Without that the first seconds of a flood near the limit would measure compilers.
 */
const warmUp = { rate: { share: 0.5, least: 20, most: 3_000 }, leastMs: 3_000, msPerPeakRate: 1, mostMs: 10_000 } as const

export interface Planned {
  plan: Plan
  corpusSettings: CorpusSettings
  corpus: Corpus
  /** Under the longest outage that the scenario's faults could cause. */
  demand: Demand
}

/** Phase 1: compiles the plan and refuses what this machine cannot hold. */
export function planRun(prepared: Prepared, seed: number): Planned {
  const { load, parameters } = prepared
  const plan = compilePlan({ load, seed, scenarioHash: prepared.hashes.scenario, warmUp: warmUpFor(parameters.rate) })
  const longestFaultMs = Math.max(0, ...prepared.faults.map(fault => fault.forMs))
  const demand = worstDemand(plan, load.retries, load.timeScale, longestFaultMs)
  refuseImpossible(demand, load)
  const corpusSettings = { seed, shops: plan.shops, topics: plan.topics }
  return { plan, corpusSettings, corpus: createCorpus(corpusSettings), demand }
}

function warmUpFor(peakRate: number): { durationMs: number; ratePerSecond: number } {
  const { rate, leastMs, msPerPeakRate, mostMs } = warmUp
  return {
    ratePerSecond: Math.min(rate.most, Math.max(rate.least, peakRate * rate.share)),
    durationMs: Math.min(mostMs, leastMs + peakRate * msPerPeakRate),
  }
}
