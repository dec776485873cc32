import { ACKED, REFUSED, ticksPerMs, type History } from '../history/history.ts'
import { eventAt } from '../plan/plan.ts'
import type { SeriesRecord } from '../../reports/record.ts'
import type { Accounts } from './accounts.ts'
import type { Observations } from './observations.ts'
import { TickHistogram } from './histogram.ts'

/** The one-second series as the checks read it: the record's own shape. */
export type Series = SeriesRecord

const ticksPerSecond = 1000 * ticksPerMs

type SeriesInput = Pick<Observations, 'plan' | 'history' | 'attempts' | 'floodTick' | 'endTick'> & { accounts: Pick<Accounts, 'deliveredAt'> }

/**
 * One row for every second from the start of the flood to the end of the drain. Counts stand in the second in which the thing happened;
 * percentiles (first answer and delay from the planned instant, lag) in the second for which the event was planned, null where there is nothing to measure.
 */
export function buildSeries(input: SeriesInput): Series {
  const { plan, floodTick, endTick } = input
  const lastDue = plan.eventCount > plan.warmUpCount ? plan.dueTicks[eventAt(plan, plan.eventCount - 1)] : 0
  const rows = Math.floor(Math.max(endTick - floodTick - 1, lastDue, 0) / ticksPerSecond) + 1
  const counts = countBySecond(input, rows)
  return {
    second: Array.from({ length: rows }, (_, second) => second),
    planned: [...counts.planned], attempts: [...counts.attempts], acked: [...counts.acked], refused: [...counts.refused], indeterminate: [...counts.indeterminate],
    delivered: [...counts.delivered], backlog: runningSum(counts.backlogChange),
    ...percentilesBySecond(input, rows),
  }
}

function countBySecond({ plan, history, attempts, floodTick, accounts }: SeriesInput, rows: number) {
  const column = (): Uint32Array => new Uint32Array(rows)
  const counts = { planned: column(), attempts: column(), acked: column(), refused: column(), indeterminate: column(), delivered: column(), backlogChange: new Int32Array(rows) }
  // A retry that came in after the drain was cut off belongs to the last row.
  const rowOf = (tick: number): number => Math.min(rows - 1, Math.max(0, Math.floor((tick - floodTick) / ticksPerSecond)))
  const countEnd = (outcome: number, ended: number): void => {
    if (ended === 0) return
    const ends = outcome === ACKED ? counts.acked : outcome === REFUSED ? counts.refused : counts.indeterminate
    ends[rowOf(ended)]++
  }
  for (let event = plan.warmUpCount; event < plan.eventCount; event++) {
    counts.planned[rowOf(floodTick + plan.dueTicks[event])]++
    const delivered = accounts.deliveredAt[event]
    if (delivered !== 0) counts.delivered[rowOf(delivered)]++
    const acked = history.acked[event]
    if (acked !== 0) {
      counts.backlogChange[rowOf(acked)]++
      if (delivered !== 0) counts.backlogChange[rowOf(Math.max(acked, delivered))]--
    }
    const sent = history.firstSent[event]
    if (sent === 0) continue
    counts.attempts[rowOf(sent)]++
    countEnd(history.firstOutcome[event], history.firstEnded[event])
  }
  for (const attempt of attempts) {
    if (attempt.event < plan.warmUpCount) continue
    counts.attempts[rowOf(attempt.sent)]++
    countEnd(attempt.outcome, attempt.ended)
  }
  return counts
}

function runningSum(changes: Int32Array): number[] {
  let sum = 0
  return Array.from(changes, change => (sum += change))
}

type Percentiles = Pick<Series, 'answerP50Ms' | 'answerP99Ms' | 'delayP50Ms' | 'delayP99Ms' | 'lagP99Ms'>

/** Walks the plan in the order of its instants, so that one set of histograms is filled, read and cleared second by second. */
function percentilesBySecond({ plan, history, floodTick, endTick, accounts }: SeriesInput, rows: number): Percentiles {
  const percentiles: Percentiles = { answerP50Ms: [], answerP99Ms: [], delayP50Ms: [], delayP99Ms: [], lagP99Ms: [] }
  const [answer, delay, lag] = [new TickHistogram(), new TickHistogram(), new TickHistogram()]
  let place = plan.warmUpCount
  for (let row = 0; row < rows; row++) {
    const nextRow = (row + 1) * ticksPerSecond
    for (; place < plan.eventCount && plan.dueTicks[eventAt(plan, place)] < nextRow; place++) {
      const event = eventAt(plan, place)
      const planned = floodTick + plan.dueTicks[event]
      if (history.firstSent[event] !== 0) {
        lag.record(Math.max(0, history.firstSent[event] - Math.max(planned, history.heldUntil[event])))
        answer.record(Math.max(0, answeredAt(history, event, endTick) - planned))
      }
      if (accounts.deliveredAt[event] !== 0) delay.record(Math.max(0, accounts.deliveredAt[event] - planned))
    }
    percentiles.answerP50Ms.push(quantileMs(answer, 0.5))
    percentiles.answerP99Ms.push(quantileMs(answer, 0.99))
    percentiles.delayP50Ms.push(quantileMs(delay, 0.5))
    percentiles.delayP99Ms.push(quantileMs(delay, 0.99))
    percentiles.lagP99Ms.push(quantileMs(lag, 0.99))
    for (const histogram of [answer, delay, lag]) histogram.clear()
  }
  return percentiles
}

/** An attempt without an end counts at its age. */
function answeredAt(history: History, event: number, endTick: number): number {
  return history.firstEnded[event] || endTick
}

function quantileMs(histogram: TickHistogram, share: number): number | null {
  return histogram.count === 0 ? null : histogram.quantile(share) / ticksPerMs
}
