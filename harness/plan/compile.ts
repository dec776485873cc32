// Phase 1 of a run: the plan, every event with its instant and shop, before the first byte is sent.
import { createHash } from 'node:crypto'
import { FloodmarkError } from '../errors.ts'
import { ticksPerMs } from '../history/history.ts'
import { under } from '../scenario/rules.ts'
import type { Load } from '../scenario/scenario.ts'
import { writeArrivals } from './arrivals.ts'
import type { Plan } from './plan.ts'
import type { Shape } from './shape.ts'
import { maxShops, shopDomains, shopSampler } from './shops.ts'

/** Event ids are 32 bits wide, and the highest one means "unknown" (destination/protocol.ts). */
const maxEvents = 2 ** 32 - 1
const maxTicks = 2 ** 32 - 1

export interface PlanInput {
  load: Pick<Load, 'shape' | 'shops' | 'topics'> & Partial<Pick<Load, 'spacing'>>
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
  const { shape, spacing = 'even', shops, topics } = load
  const orders = { warmUp: ordersIn((warmUp.durationMs * warmUp.ratePerSecond) / 1_000, topics.length), flood: ordersIn(shape.cumulativeAt(shape.durationMs), topics.length) }
  const warmUpCount = orders.warmUp * topics.length
  const eventCount = warmUpCount + orders.flood * topics.length
  refuseUnplannable(load, warmUpCount)

  const dueTicks = new Uint32Array(new SharedArrayBuffer(4 * eventCount))
  for (let event = 0; event < warmUpCount; event++) dueTicks[event] = Math.round(((event + 0.5) / warmUp.ratePerSecond) * 1_000 * ticksPerMs)
  writeArrivals(shape, dueTicks.subarray(warmUpCount), { spacing, seed })

  const shop = new Uint16Array(new SharedArrayBuffer(2 * eventCount))
  const shopOf = shopSampler(shops, seed)
  for (let event = 0; event < eventCount; event += topics.length) shop.fill(shopOf(event / topics.length), event, event + topics.length)

  return {
    seed,
    hash: hashOf([scenarioHash, seed, describe(shape), spacing, shops, topics, warmUp], dueTicks, shop),
    eventCount,
    warmUpCount,
    dueTicks,
    shop,
    shops: shopDomains(shops),
    topics: [...topics],
    floodMs: shape.durationMs,
    peakPerSecond: fullestSecond(dueTicks.subarray(warmUpCount)),
  }
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
function fullestSecond(due: Uint32Array): number {
  const secondTicks = 1_000 * ticksPerMs
  let most = 0
  for (let first = 0, event = 0; event < due.length; event++) {
    while (due[event] - due[first] >= secondTicks) first++
    most = Math.max(most, event - first + 1)
  }
  return most
}
