/**
 * The compiled plan: every event with the instant it is due, a pure function of scenario and seed, made before the first byte is sent.
 *
 * Events [0, warmUpCount) warm the pipeline up before the flood: they are sent, and must arrive, but stand in no count.
 * The events of an order follow each other, one per topic: event = order * topics.length + topic.
 */
export interface Plan {
  readonly seed: number
  /** Of scenario, parameters and seed: two runs with the same hash sent the same events. Hex. */
  readonly hash: string
  readonly eventCount: number
  readonly warmUpCount: number
  /** Ticks of 10 µs (see history/history.ts) after the start of the warm-up for a warm-up event, of the flood for any other. Never falls inside either part. */
  readonly dueTicks: Uint32Array
  readonly shop: Uint16Array
  readonly shops: readonly string[]
  readonly topics: readonly string[]
  /** Length of the flood: from its start to the end of the arrival shape. */
  readonly floodMs: number
  /** Events a second in the fullest second of the flood. */
  readonly peakPerSecond: number
}

export function orderOf(plan: Plan, event: number): number {
  return Math.floor(event / plan.topics.length)
}

export function topicOf(plan: Plan, event: number): number {
  return event % plan.topics.length
}
