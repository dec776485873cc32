// Phase 1 of a run: the plan, every event with its instant and shop, before the first byte is sent.
import { createHash } from 'node:crypto'
import { FloodmarkError } from '../errors.ts'
import { maxTicks, ticksPerMs } from '../history/history.ts'
import { under } from '../scenario/rules.ts'
import type { Load } from '../scenario/scenario.ts'
import { writeArrivals } from './arrivals.ts'
import { disorderPlan } from './disorder.ts'
import { eventAt, type Plan } from './plan.ts'
import type { Shape } from './shape.ts'
import { flashSaleSampler, maxShops, shopDomains, shopSampler } from './shops.ts'

/** Event ids are 32 bits wide, and the highest one means "unknown" (destination/protocol.ts). */
const maxEvents = 2 ** 32 - 1

export interface PlanInput {
  load: Pick<Load, 'shape' | 'shops' | 'topics' | 'realism'> & Partial<Pick<Load, 'spacing' | 'timeScale'>>
  seed: number
  /** Of the scenario and its parameters: part of the plan's hash. */
  scenarioHash: string
  /** Evenly spaced events before the flood. A rate of zero makes none. */
  warmUp: { durationMs: number; ratePerSecond: number }
}

/**
 * Compiles the plan: a pure function of its input. The columns stand in shared memory, so a worker thread that is given the
 * plan as `workerData` reads the same bytes. Throws a usage error, with the arithmetic, for what 32 bits cannot hold.
 */
export function compilePlan({ load, seed, scenarioHash, warmUp }: PlanInput): Plan {
  const { shape, spacing = 'even', shops, topics, realism, timeScale = 1 } = load
  const { warmUpCount, eventCount } = countEvents(load, warmUp)
  refuseUnplannable(load, warmUpCount)

  const triggeredTicks = new Uint32Array(new SharedArrayBuffer(4 * eventCount))
  for (let event = 0; event < warmUpCount; event++) triggeredTicks[event] = Math.round(((event + 0.5) / warmUp.ratePerSecond) * 1_000 * ticksPerMs)
  writeArrivals(shape, triggeredTicks.subarray(warmUpCount), { spacing, seed })

  const shop = drawShops(load, seed, triggeredTicks, warmUpCount)
  const size = { seed, eventCount, warmUpCount, topics: [...topics], floodMs: shape.durationMs }
  const sends = realism === undefined ? { dueTicks: triggeredTicks } : disorderPlan({ ...size, triggeredTicks, realism, timeScale })
  return {
    ...size,
    ...sends,
    hash: hashOf([scenarioHash, seed, describe(shape), spacing, shops, topics, warmUp], sends.dueTicks, shop, ...Object.values(sends.repeats ?? {})),
    shop,
    shops: shopDomains(shops),
    peakPerSecond: fullestSecond(sends, warmUpCount),
  }
}

/** How many events a plan comes to, before one of them is planned. */
export function countEvents({ shape, topics }: Pick<Load, 'shape' | 'topics'>, { durationMs, ratePerSecond }: PlanInput['warmUp']): { warmUpCount: number; eventCount: number } {
  const warmUpCount = ordersIn((durationMs * ratePerSecond) / 1_000, topics.length) * topics.length
  return { warmUpCount, eventCount: warmUpCount + ordersIn(shape.cumulativeAt(shape.durationMs), topics.length) * topics.length }
}

/** The shop of each event: one for all topics of an order. */
function drawShops({ shape, shops, topics, realism }: PlanInput['load'], seed: number, triggeredTicks: Uint32Array, warmUpCount: number): Uint16Array {
  const shop = new Uint16Array(new SharedArrayBuffer(2 * triggeredTicks.length))
  const shopOf = shopSampler(shops, seed)
  const onSale = realism?.flashSale && flashSaleSampler(realism.flashSale, shops, seed, shape.durationMs)
  for (let event = 0; event < shop.length; event += topics.length) {
    const order = event / topics.length
    shop.fill((event >= warmUpCount ? onSale?.(order, triggeredTicks[event]) : undefined) ?? shopOf(order), event, event + topics.length)
  }
  return shop
}

/** Whole orders in this many events. */
function ordersIn(events: number, topics: number): number {
  return Math.floor(Math.round(events) / topics)
}

/** Problems of a flood of this shape that 32 bits cannot hold, with the arithmetic; paths are those below the shape. */
export function floodProblems(shape: Shape, topics: number, warmUpCount = 0): string[] {
  const problems: string[] = []
  const events = shape.cumulativeAt(shape.durationMs)
  const eventCount = warmUpCount + ordersIn(events, topics) * topics
  const ticks = shape.durationMs * ticksPerMs
  if (events < 0.5 || ordersIn(events, topics) < 1) problems.push(`: ${shape.kind} comes to ${events} events, must be at least one order of ${topics} topics`)
  // Written so that NaN, which a shape of the scenario's own may come to, is refused too.
  if (!(eventCount <= maxEvents)) problems.push(`: ${shape.kind} comes to ${eventCount} events in all, must be at most ${maxEvents} (event ids have 32 bits)`)
  if (!(ticks <= maxTicks)) problems.push(`: ${shape.durationMs} ms x ${ticksPerMs} ticks = ${ticks}, must be at most ${maxTicks} (instants have 32 bits: ${Math.floor(maxTicks / ticksPerMs)} ms)`)
  return problems
}

function refuseUnplannable({ shape, shops, topics }: PlanInput['load'], warmUpCount: number): void {
  const problems: string[] = []
  if (!Number.isInteger(shops) || shops < 1 || shops > maxShops) problems.push(`load.shops: found ${shops}, must be a whole number from 1 to ${maxShops}`)
  if (topics.length === 0) problems.push('load.topics: found none, must name at least one topic, such as orders/create')
  else problems.push(...under('load.shape', floodProblems(shape, topics.length, warmUpCount)))
  if (problems.length > 0) throw new FloodmarkError('usage', problems.length === 1 ? problems[0] : `the load cannot be planned: ${problems.length} problems`, { evidence: problems })
}

function describe(shape: Shape): unknown {
  return { kind: shape.kind, durationMs: shape.durationMs, parameters: shape.parameters }
}

function hashOf(parameters: unknown, ...columns: (Uint32Array | Uint16Array)[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parameters))
  for (const column of columns) hash.update(column)
  return hash.digest('hex')
}

/** Most events within any second, wherever it starts. */
function fullestSecond(sends: Pick<Plan, 'dueTicks' | 'sendOrder'>, from: number): number {
  const secondTicks = 1_000 * ticksPerMs
  const due = (place: number): number => sends.dueTicks[eventAt(sends, place)]
  let most = 0
  for (let first = from, place = from; place < sends.dueTicks.length; place++) {
    while (due(place) - due(first) >= secondTicks) first++
    most = Math.max(most, place - first + 1)
  }
  return most
}
