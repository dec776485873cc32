import type { Corpus } from '../platform/corpus.ts'
import { ticksPerMs } from '../history/history.ts'
import { triggeredTick, type Plan } from '../plan/plan.ts'
import type { Correlated } from '../scenario/system.ts'
import { unknownEvent } from './protocol.ts'

/** Tells which planned event a delivery carries and whether its content is what the platform sent. */
export interface EventFinder {
  /** Called when a part of the plan begins, since an order's creation time is part of its content. */
  begin(part: 'warm-up' | 'flood', wallMs: number): void
  /** Index of the event, or `unknownEvent`. */
  find(delivery: Correlated): number
  /** Amount, currency, shop or digest differs from what was sent. */
  isMutated(event: number, delivery: Correlated): boolean
}

export function createEventFinder(plan: Plan, corpus: Corpus): EventFinder {
  const topics = new Map(plan.topics.map((topic, index) => [topic, index]))
  const orderCount = plan.eventCount / plan.topics.length
  const wallMs = { 'warm-up': 0, flood: 0 }

  function createdAtMs(event: number): number {
    const start = event < plan.warmUpCount ? wallMs['warm-up'] : wallMs.flood
    return start + triggeredTick(plan, event) / ticksPerMs
  }

  return {
    begin(part, startedAtWallMs) {
      wallMs[part] = startedAtWallMs
    },
    find(delivery) {
      const order = 'eventId' in delivery ? corpus.orderOfEventId(delivery.eventId) : corpus.orderOfOrderId(delivery.orderId)
      if (order === undefined || order >= orderCount) return unknownEvent
      const topic = delivery.topic === undefined && plan.topics.length === 1 ? 0 : topics.get(delivery.topic ?? '')
      return topic === undefined ? unknownEvent : order * plan.topics.length + topic
    },
    isMutated(event, delivery) {
      const order = Math.floor(event / plan.topics.length)
      if (!corpus.amountMatches(order, delivery.amount) || delivery.currency !== corpus.currency(order)) return true
      if ('shop' in delivery && delivery.shop !== plan.shops[plan.shop[event]]) return true
      return delivery.digest !== undefined && delivery.digest !== corpus.bodyDigest(event, createdAtMs(event))
    },
  }
}
