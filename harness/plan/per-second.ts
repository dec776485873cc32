// How many attempts lie in each second: what the demand is weighed in, and what `floodmark plan` shows.
import { ticksPerMs } from '../history/history.ts'
import { eventAt, type Plan } from './plan.ts'

/** First attempts of the flood in each stretch of `stretchMs`, from its start to the last of them. */
export function countFirstAttempts(plan: Plan, stretchMs = 1_000): Uint32Array {
  return countTicks(plan.dueTicks.subarray(plan.warmUpCount), plan.dueTicks[eventAt(plan, plan.eventCount - 1)], stretchMs)
}

/** The platform's own repeats in the same way; empty where there are none. */
export function countRepeats({ repeats }: Plan, stretchMs = 1_000): Uint32Array {
  return repeats === undefined || repeats.dueTicks.length === 0 ? new Uint32Array() : countTicks(repeats.dueTicks, repeats.dueTicks.at(-1)!, stretchMs)
}

function countTicks(ticks: Uint32Array, lastTick: number, stretchMs: number): Uint32Array {
  const stretchTicks = stretchMs * ticksPerMs
  const counts = new Uint32Array(Math.floor(lastTick / stretchTicks) + 1)
  for (const tick of ticks) counts[Math.floor(tick / stretchTicks)]++
  return counts
}
