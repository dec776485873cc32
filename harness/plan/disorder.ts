// What the platform's disorder makes of a plan: when each event of the flood is sent instead of at once, and which are sent twice.
import { ticksPerMs } from '../history/history.ts'
import { mustDurationMs } from '../scenario/duration.ts'
import type { Realism } from '../scenario/realism.ts'
import { drawAmong, purposes } from './draw.ts'
import type { Plan, Repeats } from './plan.ts'
import { isRising, placesByTick } from './send-order.ts'

interface DisorderInput extends Pick<Plan, 'seed' | 'warmUpCount' | 'eventCount' | 'topics' | 'floodMs'> {
  triggeredTicks: Uint32Array
  realism: Realism
  timeScale: number
}

/** The columns of a plan that disorder makes; those that it leaves out are as they would be without it. */
export function disorderPlan(input: DisorderInput): Pick<Plan, 'dueTicks' | 'triggeredTicks' | 'sendOrder' | 'repeats'> {
  const { triggeredTicks, realism } = input
  const { disorder, debounce, late, lateByHours } = realism
  const moves = [disorder, debounce, late, lateByHours].some(one => one !== undefined)
  const dueTicks = moves ? dueInstants(input) : triggeredTicks
  const repeats = drawRepeats(input, dueTicks)
  return {
    dueTicks,
    ...(moves && { triggeredTicks }),
    ...(!isRising(dueTicks.subarray(input.warmUpCount)) && { sendOrder: sendOrderOf(input, dueTicks) }),
    ...(repeats && { repeats }),
  }
}

/** Orders of the flood with a topic that is due before one that happened earlier. */
export function countOutOfOrder({ dueTicks, warmUpCount, eventCount, topics }: Plan): number {
  let count = 0
  for (let first = warmUpCount; first < eventCount; first += topics.length) if (!isRising(dueTicks.subarray(first, first + topics.length))) count++
  return count
}

function dueInstants(input: DisorderInput): Uint32Array {
  const { triggeredTicks, timeScale } = input
  const { disorder, debounce, late, lateByHours } = input.realism
  const due = new Uint32Array(new SharedArrayBuffer(triggeredTicks.byteLength))
  due.set(triggeredTicks)
  if (debounce !== undefined) debounceUpdates(due, input, mustDurationMs(debounce))
  if (late !== undefined) delaySome(due, input, purposes.late, late.share, mustDurationMs(late.by))
  if (lateByHours !== undefined) delaySome(due, input, purposes.lateByHours, lateByHours.share, mustDurationMs(lateByHours.by) / timeScale)
  if (disorder !== undefined) holdFirstTopics(due, input, disorder.share, mustDurationMs(disorder.by))
  return due
}

function debounceUpdates(due: Uint32Array, input: DisorderInput, debounceMs: number): void {
  const { triggeredTicks, warmUpCount, eventCount, topics } = input
  const debounceTicks = Math.round(debounceMs * ticksPerMs)
  const updated = topics.indexOf('orders/updated')
  for (let first = warmUpCount; first < eventCount; first += topics.length) moveWithinFlood(due, input, first + updated, triggeredTicks[first] + debounceTicks)
}

/** By half of `byMs` to all of it after what happened, so that an event that is late in two ways is late by the longer one. */
function delaySome(due: Uint32Array, { triggeredTicks, seed, warmUpCount, eventCount }: DisorderInput, purpose: number, share: number, byMs: number): void {
  for (let event = warmUpCount; event < eventCount; event++) {
    const drawn = drawAmong(seed, purpose, event, share)
    if (drawn !== undefined) due[event] = Math.max(due[event], triggeredTicks[event] + Math.round(((1 + drawn) / 2) * byMs * ticksPerMs))
  }
}

/** The first topic of some orders waits until after the earliest of their others. */
function holdFirstTopics(due: Uint32Array, input: DisorderInput, share: number, byMs: number): void {
  const { seed, warmUpCount, eventCount, topics } = input
  for (let first = warmUpCount; first < eventCount; first += topics.length) {
    const drawn = drawAmong(seed, purposes.disorder, first / topics.length, share)
    if (drawn === undefined) continue
    const earliestOther = due.subarray(first + 1, first + topics.length).reduce((least, tick) => Math.min(least, tick))
    moveWithinFlood(due, input, first, earliestOther + spreadTicks(drawn, byMs))
  }
}

/** Later than it would be, and not after the flood's end: a burst there would be no shape's. */
function moveWithinFlood(due: Uint32Array, { floodMs }: DisorderInput, event: number, tick: number): void {
  if (tick > due[event] && tick <= floodMs * ticksPerMs) due[event] = tick
}

/** Up to `byMs`, each power of ten of it as likely as the next, down to a millisecond: what comes out of order or twice mostly does so at once. */
function spreadTicks(drawn: number, byMs: number): number {
  return Math.max(1, Math.round(Math.min(byMs, byMs ** drawn) * ticksPerMs))
}

/** Either part's own places hold its own events, though their instants count from different starts. */
function sendOrderOf({ warmUpCount, eventCount }: DisorderInput, dueTicks: Uint32Array): Uint32Array {
  const order = new Uint32Array(new SharedArrayBuffer(4 * eventCount))
  for (let event = 0; event < warmUpCount; event++) order[event] = event
  const flood = placesByTick(dueTicks.subarray(warmUpCount))
  for (let place = 0; place < flood.length; place++) order[warmUpCount + place] = warmUpCount + flood[place]
  return order
}

function drawRepeats({ realism: { duplicates }, seed, warmUpCount, eventCount, floodMs }: DisorderInput, dueTicks: Uint32Array): Repeats | undefined {
  if (duplicates === undefined) return undefined
  const byMs = mustDurationMs(duplicates.by)
  const events: number[] = []
  const ticks: number[] = []
  for (let event = warmUpCount; event < eventCount; event++) {
    const drawn = drawAmong(seed, purposes.duplicate, event, duplicates.share)
    if (drawn === undefined) continue
    const tick = dueTicks[event] + spreadTicks(drawn, byMs)
    if (tick > floodMs * ticksPerMs) continue
    events.push(event)
    ticks.push(tick)
  }
  const places = placesByTick(Uint32Array.from(ticks))
  return { event: sharedColumn(places, events), dueTicks: sharedColumn(places, ticks) }
}

function sharedColumn(places: Uint32Array, values: readonly number[]): Uint32Array {
  const column = new Uint32Array(new SharedArrayBuffer(4 * places.length))
  for (let place = 0; place < places.length; place++) column[place] = values[places[place]]
  return column
}
