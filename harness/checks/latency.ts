import type { Accounts } from './accounts.ts'
import type { Observations } from './observations.ts'
import { faultWindows } from './fault-windows.ts'
import { TickHistogram, type Percentiles } from './histogram.ts'

/**
 * The three clocks of an event as distributions, in ms: planned -> sent (generator lag), planned -> answered, planned -> delivered.
 * An answer is that of the first attempt; `answer` counts from the planned instant, `uncorrected` from the send.
 * An attempt that was still open at the end counts at its age. What never arrived has no delay and is counted by its state instead.
 */
export interface Latency {
  percentiles: { generatorLag: Percentiles; answer: Percentiles; delivery: Percentiles; uncorrected: Percentiles }
  /** p99 of the delay of what was planned outside faults, ms; null where nothing of it arrived. */
  deliveryP99OutsideFaultsMs: number | null
  /** HDR histograms in microseconds, compressed, base64. */
  histograms: { delivery: { all: string; insideFaults: string; outsideFaults: string }; answer: { all: string } }
}

type LatencyInput = Pick<Observations, 'plan' | 'history' | 'floodTick' | 'endTick' | 'faults' | 'recoveryBoundMs'> & { accounts: Pick<Accounts, 'deliveredAt'> }

/** Measures every flood event once. */
export function measureLatency({ plan, history, floodTick, endTick, faults, recoveryBoundMs, accounts }: LatencyInput): Latency {
  const [lag, answer, uncorrected, delivery, inside, outside] = Array.from({ length: 6 }, () => new TickHistogram())
  const duringFault = faultWindows(faults, recoveryBoundMs)
  for (let event = plan.warmUpCount; event < plan.eventCount; event++) {
    const due = plan.dueTicks[event]
    const planned = floodTick + due
    const sent = history.firstSent[event]
    if (sent !== 0) {
      const ended = history.firstEnded[event] || Math.max(endTick, sent)
      lag.record(after(Math.max(planned, history.heldUntil[event]), sent))
      answer.record(after(planned, ended))
      uncorrected.record(after(sent, ended))
    }
    const delivered = accounts.deliveredAt[event]
    const inFault = duringFault(due)
    if (delivered !== 0) {
      const delay = after(planned, delivered)
      delivery.record(delay)
      if (inFault) inside.record(delay)
      else outside.record(delay)
    }
  }
  return {
    percentiles: { generatorLag: lag.percentiles(), answer: answer.percentiles(), delivery: delivery.percentiles(), uncorrected: uncorrected.percentiles() },
    deliveryP99OutsideFaultsMs: outside.count === 0 ? null : outside.percentiles().p99,
    histograms: {
      delivery: { all: delivery.serialize(), insideFaults: inside.serialize(), outsideFaults: outside.serialize() },
      answer: { all: answer.serialize() },
    },
  }
}

/** Ticks from one instant to a later one; rounding to ticks in two threads can turn them around by one. */
function after(from: number, to: number): number {
  return to > from ? to - from : 0
}
