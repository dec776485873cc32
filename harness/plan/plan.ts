/**
 * The compiled plan: every event with the instant it is due, a pure function of scenario and seed, made before the first byte is sent.
 *
 * Events [0, warmUpCount) warm the pipeline up before the flood: they are sent, and must arrive, but stand in no count.
 * The events of an order follow each other, one per topic: event = order * topics.length + topic.
 *
 * What happened in the shops is in the order of the ids: triggered instants never fall within either part. Without the platform's disorder (scenario/realism.ts)
 * so are the due instants, which are the same; with it they are not, and whoever walks the plan in time asks `eventAt`.
 */
export interface Plan {
  readonly seed: number
  /** Of scenario, parameters and seed: two runs with the same hash sent the same events. Hex. */
  readonly hash: string
  readonly eventCount: number
  readonly warmUpCount: number
  /** When the platform first sends it. Ticks of 10 µs (see history/history.ts) after the start of the warm-up for a warm-up event, of the flood for any other. */
  readonly dueTicks: Uint32Array
  /** When it happened in the shop, which stands in body and head; left out where all of it is sent at once, so that these are the due instants. */
  readonly triggeredTicks?: Uint32Array
  /** The events of both parts by due instant, of equals the lower one first; left out where that is the order of their ids. A thread's share of a plan has its own events only. */
  readonly sendOrder?: Uint32Array
  /** What the platform sends a second time; left out where that is nothing. */
  readonly repeats?: Repeats
  readonly shop: Uint16Array
  readonly shops: readonly string[]
  readonly topics: readonly string[]
  /** Length of the flood: from its start to the end of the arrival shape. Late events, and they alone, are due after it. */
  readonly floodMs: number
  /** Events a second in the fullest second of the flood. */
  readonly peakPerSecond: number
}

/** The platform's own repeats by due instant, at most one an event and always after its own: further attempts of events of the flood, not events. */
export interface Repeats {
  readonly event: Uint32Array
  readonly dueTicks: Uint32Array
}

/** Bytes that one event takes in a plan's columns: due and shop, with disorder at most triggered, place and a repeat, and a place in the share of one of several sender threads. */
export function planBytesPerEvent(realism: unknown, senders = 1): number {
  return 6 + (realism === undefined ? 0 : 16) + (senders === 1 ? 0 : 4)
}

export function orderOf(plan: Pick<Plan, 'topics'>, event: number): number {
  return Math.floor(event / plan.topics.length)
}

export function topicOf(plan: Pick<Plan, 'topics'>, event: number): number {
  return event % plan.topics.length
}

/** The event that is the `place`-th to be sent; a part's events stand in the part's own range of places. */
export function eventAt(plan: Pick<Plan, 'sendOrder'>, place: number): number {
  return plan.sendOrder === undefined ? place : plan.sendOrder[place]
}

/**
 * The first place from which on no event is earlier than this one. Only for the bounds of parts, whose events stand in places of their own; in a sender thread's
 * share of a plan these are not the events' own numbers.
 */
export function placeOf({ sendOrder }: Pick<Plan, 'sendOrder'>, event: number): number {
  if (sendOrder === undefined) return event
  let [from, to] = [0, sendOrder.length]
  while (from < to) {
    const middle = (from + to) >>> 1
    if (sendOrder[middle] < event) from = middle + 1
    else to = middle
  }
  return from
}

/** When an event happened in its shop, in ticks after the start of its part. */
export function triggeredTick(plan: Pick<Plan, 'triggeredTicks' | 'dueTicks'>, event: number): number {
  return (plan.triggeredTicks ?? plan.dueTicks)[event]
}
