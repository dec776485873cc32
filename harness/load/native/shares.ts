// Which sender thread sends what. A shop's events, their retries and its subscription live in one thread, so that no rule of the platform needs two of them to agree.
import { eventAt, type Plan } from '../../plan/plan.ts'

/** What one thread is to send. */
export interface Share {
  /** The plan with the thread's own events, and only those, in `sendOrder` and `repeats`; all else as it was. */
  plan: Plan
  events: number
  maxSockets: number
}

/** A plan in shares for its threads, and the thread of each shop by number. One thread has the plan itself. */
export function shareOut(plan: Plan, maxSockets: number, senders: number): { shares: Share[]; senderOf: Uint8Array } {
  if (senders === 1) return { shares: [{ plan, events: plan.eventCount, maxSockets }], senderOf: new Uint8Array(plan.shops.length) }
  const { senderOf, events } = divideShops(plan, senders)
  const sockets = divideSockets(maxSockets, events)
  return { senderOf, shares: events.map((count, sender) => ({ plan: ownPart(plan, senderOf, sender, count), events: count, maxSockets: sockets[sender] })) }
}

/** Of all events, those that the busiest thread sends: from 1 / senders up to the share of the largest shop. */
export function busiestShare(plan: Plan, senders: number): number {
  return senders === 1 ? 1 : Math.max(...divideShops(plan, senders).events) / plan.eventCount
}

/** The largest shop first, each to the thread that has least so far. A shop that has half of all orders has a thread nearly for itself, and no number of threads sends it faster. */
function divideShops({ shop, shops }: Plan, senders: number): { senderOf: Uint8Array; events: number[] } {
  const counts = new Uint32Array(shops.length)
  for (const index of shop) counts[index]++
  const senderOf = new Uint8Array(shops.length)
  const events = Array.from({ length: senders }, () => 0)
  for (const index of Array.from(counts, (_, each) => each).toSorted((a, b) => counts[b] - counts[a])) {
    const sender = events.indexOf(Math.min(...events))
    senderOf[index] = sender
    events[sender] += counts[index]
  }
  return { senderOf, events }
}

/** By events, since a thread with twice the rate needs twice the sockets; each has one at least, and together they have no more than there are. */
function divideSockets(maxSockets: number, events: readonly number[]): number[] {
  const total = Math.max(1, events.reduce((sum, count) => sum + count, 0))
  const free = maxSockets - events.length
  const sockets = events.map(count => 1 + Math.floor((free * count) / total))
  const left = maxSockets - sockets.reduce((sum, count) => sum + count, 0)
  sockets[events.indexOf(Math.max(...events))] += left
  return sockets
}

function ownPart(plan: Plan, senderOf: Uint8Array, sender: number, count: number): Plan {
  const isOwn = (event: number): boolean => senderOf[plan.shop[event]] === sender
  const sendOrder = new Uint32Array(new SharedArrayBuffer(4 * count))
  for (let place = 0, own = 0; place < plan.eventCount; place++) {
    const event = eventAt(plan, place)
    if (isOwn(event)) sendOrder[own++] = event
  }
  const { repeats } = plan
  if (repeats === undefined) return { ...plan, sendOrder }
  return { ...plan, sendOrder, repeats: { event: repeats.event.filter(isOwn), dueTicks: repeats.dueTicks.filter((_, place) => isOwn(repeats.event[place])) } }
}
