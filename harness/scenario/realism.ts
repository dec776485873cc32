// The disorder of a real platform, as a scenario's load asks for it: its form, and what of it cannot be.
import { maxTicks, ticksPerMs } from '../history/history.ts'
import { durationMs, floodTimeMs, type Duration, type FloodTime } from './duration.ts'
import { duration, object, problemsOf, rule } from './rules.ts'
import type { Load } from './scenario.ts'

/** A share, above 0 and up to 1, of orders or webhooks, and how far each of them is moved in time. */
export interface Displacement {
  share: number
  by: Duration
}

/**
 * What a platform does to webhooks beside sending them once and in order (DOMAIN.md 1.2 to 1.4). Nothing of it is documented as a number, so all of it is off
 * unless it is given. It is drawn by the seed, befalls the flood and never the warm-up, and what would fall after the flood's end stays where it was: only what is late may.
 */
export interface Realism {
  /** Share of orders whose first topic comes after another one of theirs, such as orders/updated before orders/create, by up to `by` and mostly by far less. */
  disorder?: Displacement
  /** Share of webhooks that the platform sends a second time, though the first may have been acked: same event id and body, a webhook id of its own, up to `by` later and mostly far sooner. */
  duplicates?: Displacement
  /** Changes of an order within this time of its creation become one orders/updated, sent this long after the order came to be. A plan has one event for each topic of an order, so they are one event with or without. */
  debounce?: Duration
  /** Share of webhooks that are late, by half of `by` to all of it. Not scaled: what a platform is late by in seconds. */
  late?: Displacement
  /** The same by hours, which the time scale shrinks as it does those of the retries. */
  lateByHours?: Displacement
  /** One shop takes this share of all orders, in a window of the flood (default: all of it); the seed says which shop. */
  flashSale?: { share: number; at?: FloodTime; for?: FloodTime }
}

const share = rule('a share above 0 and up to 1', value => Number.isFinite(value) && (value as number) > 0 && (value as number) <= 1)
const displacement = object({ share, by: duration }).optional()
const floodTime = rule('a share of the flood such as 40%, or a duration such as 12s', value => typeof value === 'string' && floodTimeMs(value, 1) !== undefined).optional()

/** The form of `load.realism`. */
export const realismRule = object({
  disorder: displacement,
  duplicates: displacement,
  debounce: duration.optional(),
  late: displacement,
  lateByHours: displacement,
  flashSale: object({ share, at: floodTime, for: floodTime }).optional(),
}).optional()

/** Longest that a webhook of the load can be late, ms as run; 0 where none is. */
export function latestMs({ realism, timeScale }: Pick<Load, 'realism' | 'timeScale'>): number {
  return Math.max(durationMs(realism?.late?.by ?? '0s') ?? 0, (durationMs(realism?.lateByHours?.by ?? '0s') ?? 0) / timeScale)
}

/** Where the flash sale lies in a flood of this length, ms. */
export function flashSaleWindow({ at = '0%', for: length = '100%' }: NonNullable<Realism['flashSale']>, floodMs: number): { fromMs: number; toMs: number } {
  const fromMs = floodTimeMs(at, floodMs)!
  return { fromMs, toMs: Math.min(floodMs, fromMs + floodTimeMs(length, floodMs)!) }
}

/** What of a load's realism, sound in its form, does not go with the rest of it. */
export function realismProblems(load: Load): string[] {
  const { realism, topics, shops } = load
  if (realism === undefined || problemsOf('', realismRule, realism).length > 0 || !Array.isArray(topics)) return []
  const { disorder, debounce, flashSale } = realism
  return [
    ...(disorder !== undefined && topics.length === 1 ? ['load.realism.disorder: an order has one topic, needs at least two in load.topics'] : []),
    ...(debounce !== undefined && topics.indexOf('orders/updated') < 1 ? ['load.realism.debounce: needs orders/updated in load.topics, after the topic that an order begins with'] : []),
    ...(flashSale !== undefined && shops === 1 ? ['load.realism.flashSale: there is one shop, needs others beside it in load.shops'] : []),
    ...timeProblems(load, realism),
  ]
}

function timeProblems(load: Load, { flashSale }: Realism): string[] {
  const floodMs: unknown = load.shape?.durationMs
  if (typeof floodMs !== 'number' || !Number.isFinite(floodMs)) return []
  const problems: string[] = []
  const [lastMs, mostMs] = [floodMs + latestMs(load), Math.floor(maxTicks / ticksPerMs)]
  if (lastMs > mostMs) problems.push(`load.realism: the latest webhook is due after ${lastMs} ms, must be at most ${mostMs} (instants have 32 bits)`)
  if (flashSale !== undefined) {
    const { fromMs, toMs } = flashSaleWindow(flashSale, floodMs)
    if (fromMs >= toMs) problems.push(`load.realism.flashSale: lasts from ${fromMs} to ${toMs} ms, must be a time within the flood of ${floodMs} ms`)
  }
  return problems
}

/** A webhook that is due when the drain has met its limit would never be sent: said before the flood. Nothing is said of durations that are none. */
export function drainProblems(load: Load, drainLimit: Duration, settle: Duration): string[] {
  const lateMs = latestMs(load)
  const [limitMs, settleMs] = [durationMs(drainLimit), durationMs(settle)]
  if (!(lateMs > 0) || limitMs === undefined || settleMs === undefined || lateMs + settleMs <= limitMs) return []
  return [`drainLimit: found ${drainLimit}, must be at least ${lateMs + settleMs}ms: load.realism makes webhooks late by up to ${lateMs} ms, and the system settles for ${settle}`]
}
