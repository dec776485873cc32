// What a plan comes to by shop, by topic and by delay: events of its flood, the warm-up left out.
import { ticksPerMs } from '../history/history.ts'
import { triggeredTick, type Plan } from './plan.ts'

/** Events of each shop, the largest first; one that has none is there too. */
export function countByShop({ shop, shops, warmUpCount }: Plan): { shop: string; events: number }[] {
  const counts = new Uint32Array(shops.length)
  for (let event = warmUpCount; event < shop.length; event++) counts[shop[event]]++
  return shops.map((name, index) => ({ shop: name, events: counts[index] })).toSorted((a, b) => b.events - a.events)
}

/** Every order has one event of each topic. */
export function countByTopic({ topics, eventCount, warmUpCount }: Plan): { topic: string; events: number }[] {
  return topics.map(topic => ({ topic, events: (eventCount - warmUpCount) / topics.length }))
}

/** Events that are sent later than what they tell of happened, and the longest such delay. */
export function countDelayed(plan: Plan): { delayed: number; longestDelayMs: number } {
  let delayed = 0
  let longestTicks = 0
  for (let event = plan.warmUpCount; event < plan.eventCount; event++) {
    const ticks = plan.dueTicks[event] - triggeredTick(plan, event)
    if (ticks > 0) delayed++
    longestTicks = Math.max(longestTicks, ticks)
  }
  return { delayed, longestDelayMs: longestTicks / ticksPerMs }
}
