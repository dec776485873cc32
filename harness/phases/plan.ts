import { compilePlan } from '../plan/compile.ts'
import { refuseImpossible, worstDemand, type Demand } from '../plan/demand.ts'
import type { Plan } from '../plan/plan.ts'
import { createCorpus, type Corpus, type CorpusSettings } from '../platform/corpus.ts'
import type { Prepared } from '../scenario/prepare.ts'

const warmUpMs = 3_000
const warmUpRate = { share: 0.25, least: 20, most: 500 }

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
  const ratePerSecond = Math.min(warmUpRate.most, Math.max(warmUpRate.least, parameters.rate * warmUpRate.share))
  const plan = compilePlan({ load, seed, scenarioHash: prepared.hashes.scenario, warmUp: { durationMs: warmUpMs, ratePerSecond } })
  const longestFaultMs = Math.max(0, ...prepared.faults.map(fault => fault.forMs))
  const demand = worstDemand(plan, load.retries, load.timeScale, longestFaultMs)
  refuseImpossible(demand, load)
  const corpusSettings = { seed, shops: plan.shops, topics: plan.topics }
  return { plan, corpusSettings, corpus: createCorpus(corpusSettings), demand }
}
