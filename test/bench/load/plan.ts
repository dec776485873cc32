// Plans by hand, for the bench and the probes: no scenario, no seed to choose.
import { ticksPerMs } from '../../../harness/history/history.ts'
import type { Plan } from '../../../harness/plan/plan.ts'
import { createCorpus } from '../../../harness/platform/corpus.ts'

const shopCount = 200

/** One event an order, due at these ticks after the start. */
export function planOf(dueTicks: Uint32Array): Plan {
  const eventCount = dueTicks.length
  return {
    seed: 1, hash: '', warmUpCount: 0, eventCount, dueTicks, floodMs: (dueTicks[eventCount - 1] ?? 0) / ticksPerMs, peakPerSecond: 0,
    shop: Uint16Array.from({ length: eventCount }, (_, event) => event % shopCount),
    shops: Array.from({ length: shopCount }, (_, index) => `shop-${index}.myshopify.com`),
    topics: ['orders/create'],
  }
}

/** Id of the first event's order in any of these plans; the others count on from it. */
export function firstOrderId(): number {
  return Number(createCorpus(planOf(new Uint32Array(1))).orderId(0))
}
