import type { FaultRecord } from '../faults/fault.ts'
import { ACKED, ticksPerMs } from '../history/history.ts'
import type { Accounts } from './accounts.ts'
import { isGoodShare } from './good-share.ts'
import type { Observations } from './observations.ts'
import type { Series } from './series.ts'

/** How long after a fault's heal each part was good again, ms; null: not within the run. */
export interface Recovery {
  fault: string
  admission: number | null
  backlog: number | null
  destination: number | null
}

/** Good seconds in a row that a recovery takes to be shown. */
export const goodSecondsInARow = 5

type RecoveryInput = Pick<Observations, 'plan' | 'history' | 'floodTick' | 'faults'> & {
  accounts: Pick<Accounts, 'deliveredAt'>
  series: Pick<Series, 'planned' | 'backlog'>
  /** What p99 delay counts as good again at the destination, ms. */
  delayObjectiveMs: number
}

/**
 * For each fault the time from its heal to the first of five good seconds in a row; whole seconds of the flood's clock, so at a resolution of one.
 * *Admission*: 99 % of the first attempts of events planned in a second acked. *Backlog*: acked and not yet arrived, at the second's end, under one
 * second's load. *Destination*: 99 % of the events planned in a second delivered within the objective.
 *
 * A fault that began before the recovery from another was shown restarts that clock: then both count from the later heal.
 */
export function measureRecoveries(input: RecoveryInput): Recovery[] {
  const { faults, series } = input
  if (faults.length === 0) return []
  const { admission, destination } = goodByPlannedSecond(input)
  const backlog = goodBacklog(series)
  return faults.map(fault => ({
    fault: fault.id,
    admission: recoveredAfter(fault, faults, admission),
    backlog: recoveredAfter(fault, faults, backlog),
    destination: recoveredAfter(fault, faults, destination),
  }))
}

function recoveredAfter(fault: FaultRecord, faults: readonly FaultRecord[], good: readonly boolean[]): number | null {
  // Each turn goes on to a fault that healed later, so there are at most as many as faults.
  for (let healed = fault.healedAt; healed !== null; ) {
    const from = firstOfFive(good, Math.ceil(healed / 1000))
    const shownAt = from === undefined ? Infinity : (from + goodSecondsInARow) * 1000
    const restart = faults.find(other => other.installedAt !== null && other.installedAt < shownAt && (other.healedAt ?? Infinity) > healed!)
    if (restart === undefined) return from === undefined ? null : from * 1000 - healed
    healed = restart.healedAt
  }
  return null
}

function firstOfFive(good: readonly boolean[], from: number): number | undefined {
  let inARow = 0
  for (let second = from; second < good.length; second++) {
    inARow = good[second] ? inARow + 1 : 0
    if (inARow === goodSecondsInARow) return second - goodSecondsInARow + 1
  }
  return undefined
}

/** Seconds for which nothing was sent or planned are not good: they show nothing. */
function goodByPlannedSecond({ plan, history, floodTick, accounts, series, delayObjectiveMs }: RecoveryInput): { admission: boolean[]; destination: boolean[] } {
  const rows = series.planned.length
  const [sent, admitted, inTime] = [new Uint32Array(rows), new Uint32Array(rows), new Uint32Array(rows)]
  const objectiveTicks = delayObjectiveMs * ticksPerMs
  for (let event = plan.warmUpCount; event < plan.eventCount; event++) {
    const due = plan.dueTicks[event]
    const row = Math.floor(due / (1000 * ticksPerMs))
    if (history.firstSent[event] !== 0) {
      sent[row]++
      if (history.firstOutcome[event] === ACKED) admitted[row]++
    }
    const delivered = accounts.deliveredAt[event]
    if (delivered !== 0 && delivered - floodTick - due <= objectiveTicks) inTime[row]++
  }
  const most = (part: Uint32Array, of: ArrayLike<number>): boolean[] => Array.from(part, (count, row) => of[row] > 0 && isGoodShare(count, of[row]))
  return { admission: most(admitted, sent), destination: most(inTime, series.planned) }
}

/**
 * One second's load is what was planned for that second, and the flood's mean where that is more: after the flood nothing is planned.
 * The last state of the drain lasts: four more seconds of it are supposed after the last row.
 */
function goodBacklog({ planned, backlog }: RecoveryInput['series']): boolean[] {
  const busySeconds = planned.findLastIndex(count => count > 0) + 1
  const mean = planned.reduce((sum, count) => sum + count, 0) / Math.max(1, busySeconds)
  const good = backlog.map((count, row) => count < Math.max(planned[row], mean))
  return [...good, ...Array.from({ length: goodSecondsInARow - 1 }, () => good.at(-1) ?? false)]
}
