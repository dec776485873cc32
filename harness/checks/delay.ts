import { ticksPerMs } from '../history/history.ts'
import { mustDurationMs, type Duration } from '../scenario/duration.ts'
import { duration, flag, object, problemsOf } from '../scenario/rules.ts'
import type { Check, Evidence, Verdict } from './check.ts'
import { faultWindows } from './fault-windows.ts'
import { unsoundCheck } from './unsound-check.ts'
import { samplesNeeded } from './sample-size.ts'
import { inWords, msInWords, shareInWords } from './wording.ts'

const shares = { p50: 0.5, p90: 0.9, p99: 0.99, p999: 0.999 } as const
const names = Object.keys(shares) as (keyof typeof shares)[]
const schema = object({ p50: duration.optional(), p90: duration.optional(), p99: duration.optional(), p999: duration.optional(), outsideFaults: flag.optional() })
  .refine(options => names.some(name => (options as DelayOptions)[name] !== undefined), `an object with at least one of ${names.join(', ')}`)

export interface DelayOptions {
  p50?: Duration
  p90?: Duration
  p99?: Duration
  p999?: Duration
  /** Only events planned before a fault was installed, or later than its heal plus the scenario's `recoveryBound`. */
  outsideFaults?: boolean
}

interface Bound {
  name: string
  share: number
  limitMs: number
}

/**
 * Objective: planned -> delivered within these bounds, counted exactly rather than read off a histogram: p99 `2s` means that 99 % of the events arrived at
 * every destination within 2 s. An event that never arrived is beyond every bound; one still pending counts at its age. A bound needs 3 / (1 - share) events.
 */
export function delay(options: DelayOptions): Check {
  const problems = problemsOf('', schema, options)
  if (problems.length > 0) return unsoundCheck('delay', problems)
  const { outsideFaults = false } = options
  const bounds = boundsOf(options)
  const where = outsideFaults ? ' outside faults' : ''
  return {
    name: 'delay',
    invariant: false,
    expected: `planned to delivered${where}: ${bounds.map(bound => `${bound.name} within ${msInWords(bound.limitMs)}`).join(', ')}`,
    delayP99Ms: bounds.find(bound => bound.name === 'p99')?.limitMs,
    judge(evidence) {
      const { events, absent, beyond } = countBeyond(evidence, bounds, outsideFaults)
      if (events === 0) return { verdict: 'unknown', observed: `no event was planned${where}`, evidence: [] }
      const weighed = bounds.map((bound, index) => weigh(bound, events, beyond[index]))
      const p99 = outsideFaults ? evidence.latency.deliveryP99OutsideFaultsMs : evidence.latency.percentiles.delivery.p99
      return {
        verdict: (['fail', 'unknown'] as const).find(verdict => weighed.some(one => one.verdict === verdict)) ?? 'pass',
        observed: `${weighed.map(one => one.observed).join('; ')}; p99 of what arrived ${p99 === null ? 'not known' : msInWords(p99)}, ${inWords(absent)} never did`,
        evidence: [],
      }
    },
  }
}

function boundsOf(options: DelayOptions): Bound[] {
  return names.filter(name => options[name] !== undefined).map(name => ({ name, share: shares[name], limitMs: mustDurationMs(options[name]!) }))
}

function weigh({ name, share, limitMs }: Bound, events: number, beyond: number): { verdict: Verdict; observed: string } {
  const observed = `${shareInWords(events - beyond, events)} of ${inWords(events)} events within ${msInWords(limitMs)} (${name})`
  if (beyond > (1 - share) * events + 1e-6) return { verdict: 'fail', observed }
  const needed = samplesNeeded(1 - share)
  return events < needed ? { verdict: 'unknown', observed: `${observed}; ${name} takes ${inWords(needed)} events` } : { verdict: 'pass', observed }
}

function countBeyond({ plan, floodTick, endTick, accounts, faults, recoveryBoundMs }: Evidence, bounds: readonly Bound[], outsideFaults: boolean): { events: number; absent: number; beyond: number[] } {
  const duringFault = faultWindows(outsideFaults ? faults : [], recoveryBoundMs)
  const limits = bounds.map(bound => bound.limitMs * ticksPerMs)
  const counted = { events: 0, absent: 0, beyond: bounds.map(() => 0) }
  for (let event = plan.warmUpCount; event < plan.eventCount; event++) {
    const due = plan.dueTicks[event]
    if (duringFault(due)) continue
    counted.events++
    const delivered = accounts.deliveredAt[event]
    if (delivered === 0) counted.absent++
    const ticks = delivered !== 0 ? delivered - floodTick - due : accounts.stillArriving ? endTick - floodTick - due : Infinity
    for (let index = 0; index < limits.length; index++) if (ticks > limits[index]) counted.beyond[index]++
  }
  return counted
}
