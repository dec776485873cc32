import { ACKED, DUPLICATED, LISTED, LISTED_BEFORE_ARRIVAL, MUTATED, REFUSED, ticksPerMs, unsentReasons, type History } from '../history/history.ts'
import type { Observations } from './observations.ts'

/** State and flags of every event, counted once for all checks (DESIGN.md section 2). Judge's first step, after the drain. */
export interface Accounts extends Counts {
  /** Arrivals at a destination after an event's first there. */
  repeatedArrivals: number
  /** Unsent events by reason. */
  unsentReasons: Record<string, number>
  /** The drain met its limit while acks or deliveries were still coming, so that what is absent may only be on its way. */
  stillArriving: boolean
  /** State of each event: index into `states`; warm-up events are not judged. */
  state: Uint8Array
  /** Bits of `flag` for each event. */
  flags: Uint8Array
  /** History tick of the arrival at the last destination; 0: absent at one or more. */
  deliveredAt: Uint32Array
}

/** The counts as they stand in run.json. Events of the flood, each event id once. */
export interface Counts {
  planned: number
  sent: number
  unsent: number
  attempts: number
  acked: number
  refused: number
  indeterminate: number
  delivered: number
  lost: number
  missed: number
  pending: number
  late: number
  duplicated: number
  phantom: number
  mutated: number
  resolved: number
  refusedButApplied: number
  arrivals: number
  listedBeforeArrival: number
}

export const states = ['not judged', 'delivered', 'lost', 'missed', 'pending'] as const
export const DELIVERED = 1
export const LOST = 2
export const MISSED = 3
export const PENDING = 4

/**
 * What is noted beside an event's state. `arrived`: at one destination at least. A *phantom* here is an event that arrived though
 * it was never sent and the Admin API never listed it: nothing told the system of it. A *refused but applied* one was provably not
 * taken and yet arrived; where the Admin API listed it, repair explains that, and it is not counted.
 */
export const flag = { late: 1, duplicated: 2, mutated: 4, refusedButApplied: 8, resolved: 16, phantom: 32, arrived: 64 } as const

type AccountsInput = Pick<Observations, 'plan' | 'history' | 'floodTick' | 'endTick' | 'lateAfterMs' | 'aborted'> & { drain: Pick<Observations['drain'], 'ended' | 'settleMs'>; servers: Pick<Observations['servers'], 'unexpected'> }

/** Bytes that an event's state, flags and arrival take beside the history. */
export const bytesPerAccount = 6

/** Counts every flood event into exactly one state, in two passes over the history's columns without an object per event. */
export function countAccounts(input: AccountsInput): Accounts {
  const { plan, history, servers } = input
  const accounts: Accounts = {
    planned: plan.eventCount - plan.warmUpCount, sent: 0, unsent: 0, attempts: 0, acked: 0, refused: 0, indeterminate: 0,
    delivered: 0, lost: 0, missed: 0, pending: 0, late: 0, duplicated: 0, phantom: servers.unexpected, mutated: 0, resolved: 0,
    refusedButApplied: 0, arrivals: 0, listedBeforeArrival: 0, repeatedArrivals: 0,
    unsentReasons: {},
    stillArriving: stillArriving(input),
    state: new Uint8Array(plan.eventCount),
    flags: new Uint8Array(plan.eventCount),
    deliveredAt: new Uint32Array(plan.eventCount),
  }
  countDeliveries(accounts, history, plan.warmUpCount)
  countEvents(accounts, input)
  return accounts
}

/** Only the counts, for run.json. */
export function countsOf(accounts: Accounts): Counts {
  const { repeatedArrivals: _repeated, unsentReasons: _reasons, stillArriving: _still, state: _state, flags: _flags, deliveredAt: _delivered, ...counts } = accounts
  return counts
}

/** An ack or a first arrival within one settle time of the drain's limit: the system was still at work. A run that was aborted was given no time at all. */
function stillArriving({ plan, history, endTick, drain, aborted }: AccountsInput): boolean {
  if (aborted !== undefined) return true
  if (drain.ended === 'settled') return false
  const quietSince = endTick - drain.settleMs * ticksPerMs
  const columns = [history.acked, ...history.deliveries.map(delivery => delivery.arrived)]
  return columns.some(ticks => {
    for (let event = plan.warmUpCount; event < plan.eventCount; event++) if (ticks[event] > quietSince) return true
    return false
  })
}

function countDeliveries(accounts: Accounts, history: History, from: number): void {
  const { deliveredAt, flags } = accounts
  for (const [index, { arrived, arrivals, effects }] of history.deliveries.entries()) {
    for (let event = from; event < arrived.length; event++) {
      const at = arrived[event]
      if (at === 0) {
        deliveredAt[event] = 0
        continue
      }
      if (index === 0) deliveredAt[event] = at
      else if (deliveredAt[event] !== 0 && at > deliveredAt[event]) deliveredAt[event] = at
      accounts.arrivals += arrivals[event]
      accounts.repeatedArrivals += Math.max(0, arrivals[event] - 1)
      flags[event] |= effects[event] > 1 ? flag.arrived | flag.duplicated : flag.arrived
    }
  }
}

function countEvents(accounts: Accounts, { plan, history, floodTick, lateAfterMs }: AccountsInput): void {
  const { state, flags, deliveredAt } = accounts
  const lateAfterTicks = lateAfterMs * ticksPerMs
  const unsentByReason = new Uint32Array(unsentReasons.length)
  for (let event = plan.warmUpCount; event < plan.eventCount; event++) {
    const outcome = history.outcome[event]
    const noted = history.flags[event]
    const sent = history.firstSent[event] !== 0
    let flagged = flags[event]

    if (sent) {
      accounts.sent++
      accounts.attempts += history.attempts[event]
      if (outcome === ACKED) accounts.acked++
      else if (outcome === REFUSED) accounts.refused++
      else accounts.indeterminate++ // an attempt that is still open may yet take effect
    } else {
      unsentByReason[history.unsent[event]]++
      if (flagged & flag.arrived && !(noted & LISTED)) flagged |= flag.phantom
    }

    if (deliveredAt[event] !== 0) {
      state[event] = DELIVERED
      accounts.delivered++
      if (deliveredAt[event] > floodTick + plan.dueTicks[event] + lateAfterTicks) flagged |= flag.late
      if (sent && outcome !== ACKED && outcome !== REFUSED) flagged |= flag.resolved
    } else if (accounts.stillArriving) {
      state[event] = PENDING
      accounts.pending++
    } else if (outcome === ACKED) {
      state[event] = LOST
      accounts.lost++
    } else {
      state[event] = MISSED
      accounts.missed++
    }

    if (noted & MUTATED) flagged |= flag.mutated
    if (noted & DUPLICATED) flagged |= flag.duplicated
    if (noted & LISTED_BEFORE_ARRIVAL) accounts.listedBeforeArrival++
    if (sent && outcome === REFUSED && flagged & flag.arrived && !(noted & LISTED)) flagged |= flag.refusedButApplied
    flags[event] = flagged
    countFlags(accounts, flagged)
  }
  accounts.unsent = accounts.planned - accounts.sent
  for (const [reason, count] of unsentByReason.entries()) if (count > 0) accounts.unsentReasons[unsentReasons[reason] || 'not due'] = count
}

function countFlags(accounts: Accounts, flagged: number): void {
  if ((flagged & ~flag.arrived) === 0) return
  if (flagged & flag.late) accounts.late++
  if (flagged & flag.duplicated) accounts.duplicated++
  if (flagged & flag.mutated) accounts.mutated++
  if (flagged & flag.refusedButApplied) accounts.refusedButApplied++
  if (flagged & flag.resolved) accounts.resolved++
  if (flagged & flag.phantom) accounts.phantom++
}
