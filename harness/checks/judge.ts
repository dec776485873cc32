import type { RunRecord } from '../../reports/record.ts'
import { exitCode } from '../exit-codes.ts'
import { msOf } from '../history/history.ts'
import { countAccounts, countsOf, type Accounts } from './accounts.ts'
import { askCheck } from './ask-check.ts'
import type { Check, Evidence } from './check.ts'
import type { Observations } from './observations.ts'
import { measureLatency } from './latency.ts'
import { measureRecoveries } from './recovery-time.ts'
import { checksOf } from './registry.ts'
import { buildSeries, type Series } from './series.ts'
import { tellStories } from './stories.ts'
import { findWorstShopHour } from './throughput-cells.ts'
import { composeVerdict } from './verdict.ts'

/** The parts of run.json that the judge fills. */
type JudgedParts = Pick<RunRecord, 'counts' | 'unsentReasons' | 'throughput' | 'latencyMs' | 'histograms' | 'faults' | 'recoveryMs' | 'processes' | 'checks' | 'primaryMetric' | 'stories' | 'deaths' | 'verdict' | 'exitCode'>

export interface Judgement {
  /** Ready to be spread into run.json. */
  record: JudgedParts
  series: Series
  /** For the history's files. */
  accounts: Accounts
}

/** The run's judge phase: counts every event, measures, lets each check speak, and composes the verdict. Reads the observations and changes nothing. */
export function judge(observations: Observations, expectations: readonly Check[]): Judgement {
  const checks = checksOf(expectations, { faults: observations.faults.length, guards: observations.guards })

  // What happened to every event, once for all checks.
  const accounts = countAccounts(observations)
  const counted = { ...observations, accounts }
  const latency = measureLatency(counted)
  const series = buildSeries(counted)
  const delayObjectiveMs = checks.find(check => check.delayP99Ms !== undefined)?.delayP99Ms ?? observations.lateAfterMs
  const recoveries = measureRecoveries({ ...counted, series, delayObjectiveMs })

  // What each check makes of it.
  const evidence: Evidence = { ...counted, series, latency, recoveries }
  const findings = checks.map(check => ({ name: check.name, invariant: check.invariant, expected: check.expected, ...askCheck(check, evidence) }))
  const verdict = composeVerdict(findings)

  // Deaths are told in the shared clock, the record in ms since the flood began.
  const floodBeganMs = observations.history.shape.epochMs + msOf(observations.floodTick)
  return {
    accounts,
    series,
    record: {
      counts: countsOf(accounts),
      unsentReasons: accounts.unsentReasons,
      throughput: { overall: accounts.planned === 0 ? 0 : accounts.delivered / accounts.planned, worstShopHour: findWorstShopHour(counted) },
      latencyMs: latency.percentiles,
      histograms: latency.histograms,
      faults: [...observations.faults],
      recoveryMs: recoveries,
      processes: [...observations.processes],
      checks: findings,
      primaryMetric: { name: 'delivery delay p99 outside faults', value: latency.deliveryP99OutsideFaultsMs ?? 0, unit: 'ms', higherIsBetter: false },
      stories: tellStories(counted),
      deaths: observations.deaths.map(({ atMs, ...death }) => ({ ...death, at: atMs - floodBeganMs })),
      verdict,
      exitCode: exitCode(verdict),
    },
  }
}
