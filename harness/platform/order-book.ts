// Which orders each shop has by now, for the Admin API: four bytes an order, sorted once.
import { monotonicMs } from '../clock.ts'
import { ticksPerMs } from '../history/history.ts'
import { triggeredTick, type Plan } from '../plan/plan.ts'

/** Where a part of the plan stands on the wall clock and on the monotonic one. */
export interface PartStart {
  part: 'warm-up' | 'flood'
  wallMs: number
  startedAtMs: number
}

export interface OrderBook {
  /** A part of the plan begins: its orders are created at `wallMs` plus the instant at which they happen by the plan and exist once the monotonic clock has passed it. */
  begin(start: PartStart): void
  /** Wall time of an order in whole ms, as it stands in its body. */
  createdAtMs(order: number): number
  /** The shop's orders that exist by now, in the plan's order: ids and times rise together. */
  ordersOf(shop: number): Uint32Array
}

export function createOrderBook(plan: Plan): OrderBook {
  const topics = plan.topics.length
  const starts = { 'warm-up': { wallMs: 0, startedAtMs: Infinity }, flood: { wallMs: 0, startedAtMs: Infinity } }
  const { orders, firstOf } = sortByShop(plan)
  const startOf = (order: number): { wallMs: number; startedAtMs: number } => (order * topics < plan.warmUpCount ? starts['warm-up'] : starts.flood)
  // An order exists from when it was made, however late its webhooks are.
  const madeMs = (order: number): number => triggeredTick(plan, order * topics) / ticksPerMs
  return {
    begin({ part, wallMs, startedAtMs }) {
      starts[part] = { wallMs, startedAtMs }
    },
    createdAtMs: order => Math.floor(startOf(order).wallMs + madeMs(order)),
    ordersOf(shop) {
      const nowMs = monotonicMs()
      const all = orders.subarray(firstOf[shop], firstOf[shop + 1])
      return all.subarray(0, firstPlace(all, order => startOf(order).startedAtMs + madeMs(order) > nowMs))
    },
  }
}

/** Counting sort: two passes over the plan. The orders of a shop stand in [firstOf[shop], firstOf[shop + 1]). */
function sortByShop(plan: Plan): { orders: Uint32Array; firstOf: Uint32Array } {
  const topics = plan.topics.length
  const orderCount = Math.floor(plan.eventCount / topics)
  const firstOf = new Uint32Array(plan.shops.length + 1)
  for (let order = 0; order < orderCount; order++) firstOf[plan.shop[order * topics] + 1]++
  for (let shop = 0; shop < plan.shops.length; shop++) firstOf[shop + 1] += firstOf[shop]
  const next = firstOf.slice()
  const orders = new Uint32Array(orderCount)
  for (let order = 0; order < orderCount; order++) orders[next[plan.shop[order * topics]]++] = order
  return { orders, firstOf }
}

/** First place in `orders` where `isPast` holds, or their number. Once it holds it must hold for all that follow. */
export function firstPlace(orders: Uint32Array, isPast: (order: number) => boolean): number {
  let low = 0
  let high = orders.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (isPast(orders[middle])) high = middle
    else low = middle + 1
  }
  return low
}
