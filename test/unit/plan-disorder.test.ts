import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { compilePlan, type PlanInput } from '../../harness/plan/compile.ts'
import { worstDemand } from '../../harness/plan/demand.ts'
import { countOutOfOrder } from '../../harness/plan/disorder.ts'
import { eventAt, triggeredTick, type Plan } from '../../harness/plan/plan.ts'
import { placesByTick } from '../../harness/plan/send-order.ts'
import { constant } from '../../harness/plan/shapes.ts'
import { shopify2024 } from '../../harness/platform/retry-policies.ts'
import type { Realism } from '../../harness/scenario/realism.ts'

const floodMs = 20_000
const base: PlanInput = {
  load: { shape: constant({ rate: 1_000, over: '20s' }), shops: 200, topics: ['orders/create', 'orders/updated', 'orders/paid'], timeScale: 240 },
  seed: 42,
  scenarioHash: 'abc',
  warmUp: { durationMs: 2_000, ratePerSecond: 50 },
}
const all: Realism = {
  disorder: { share: 0.2, by: '2s' },
  duplicates: { share: 0.05, by: '3s' },
  debounce: '500ms',
  late: { share: 0.02, by: '4s' },
  lateByHours: { share: 0.01, by: '1h' },
  flashSale: { share: 0.6, at: '40%', for: '20%' },
}

function compile(realism?: Realism, seed = 42): Plan {
  return compilePlan({ ...base, seed, load: { ...base.load, ...(realism && { realism }) } })
}

function flood(plan: Plan): number[] {
  return Array.from({ length: plan.eventCount - plan.warmUpCount }, (_, index) => plan.warmUpCount + index)
}

/** Whether a count of draws is as near to its share as four standard deviations. */
function isNear(found: number, share: number, of: number): boolean {
  return Math.abs(found - share * of) <= 4 * Math.sqrt(of * share * (1 - share))
}

const lateMs = (plan: Plan, event: number): number => (plan.dueTicks[event] - triggeredTick(plan, event)) / 100

describe('a plan without disorder', () => {
  test('is what it was before there could be any', () => {
    const plan = compile()
    expect(createHash('sha256').update(plan.dueTicks).update(plan.shop).digest('hex')).toBe('07cac96123a3458e12fb16a2b0ae8c45d95bbd6726643a725b5f372653b10c37')
    expect([plan.triggeredTicks, plan.sendOrder, plan.repeats]).toEqual([undefined, undefined, undefined])
    expect(countOutOfOrder(plan)).toBe(0)
    expect(compile({})).toEqual(plan)
  })
})

describe('a plan with disorder', () => {
  test('is the same for the same seed, another for another, and for another disorder', () => {
    expect(compile(all)).toEqual(compile(all))
    const others = Object.keys(all).map(name => compile({ ...all, [name]: undefined }))
    expect(new Set([compile(all), compile(all, 43), ...others].map(plan => plan.hash)).size).toBe(2 + others.length)
  })

  test('leaves warm-up, and what happened in the shops, as they are', () => {
    const [plain, plan] = [compile(), compile(all)]
    expect(plan.triggeredTicks).toEqual(plain.dueTicks)
    const { warmUpCount } = plan
    expect(plan.dueTicks.subarray(0, warmUpCount)).toEqual(plain.dueTicks.subarray(0, warmUpCount))
    expect(plan.shop.subarray(0, warmUpCount)).toEqual(plain.shop.subarray(0, warmUpCount))
    expect(Array.from({ length: warmUpCount }, (_, place) => eventAt(plan, place))).toEqual(Array.from({ length: warmUpCount }, (_, event) => event))
    expect(Math.min(...plan.repeats!.event)).toBeGreaterThanOrEqual(warmUpCount)
  })

  test('sends every event once, by due instant, of equals the lower one first', () => {
    const plan = compile(all)
    expect(Array.from(plan.sendOrder!.toSorted())).toEqual(Array.from({ length: plan.eventCount }, (_, event) => event))
    const wanted = flood(plan).sort((a, b) => plan.dueTicks[a] - plan.dueTicks[b] || a - b)
    expect(Array.from(plan.sendOrder!.subarray(plan.warmUpCount))).toEqual(wanted)
    expect(plan.sendOrder!.buffer).toBeInstanceOf(SharedArrayBuffer)
  })

  test.each([1, 2, 3])('draws its shares, with seed %i', seed => {
    const disordered = compile({ disorder: { share: 0.1, by: '2s' } }, seed)
    const orders = flood(disordered).length / 3
    // The last orders have no room left before the flood's end.
    expect(isNear(countOutOfOrder(disordered), 0.1, orders)).toBe(true)
    const late = compile({ late: { share: 0.05, by: '4s' } }, seed)
    expect(isNear(flood(late).filter(event => lateMs(late, event) > 0).length, 0.05, flood(late).length)).toBe(true)
    const hours = compile({ lateByHours: { share: 0.05, by: '1h' } }, seed)
    expect(isNear(flood(hours).filter(event => lateMs(hours, event) > 0).length, 0.05, flood(hours).length)).toBe(true)
    const repeated = compile({ duplicates: { share: 0.05, by: '100ms' } }, seed)
    expect(isNear(repeated.repeats!.event.length, 0.05, flood(repeated).length)).toBe(true)
  })

  test('out of order, the first topic comes after another by a millisecond to the bound, and mostly by little', () => {
    const plan = compile({ disorder: { share: 1, by: '2s' } })
    const spreads: number[] = []
    for (let first = plan.warmUpCount; first < plan.eventCount; first += 3) {
      expect(plan.dueTicks.subarray(first + 1, first + 3)).toEqual(plan.triggeredTicks!.subarray(first + 1, first + 3))
      if (lateMs(plan, first) > 0) spreads.push((plan.dueTicks[first] - plan.dueTicks[first + 1]) / 100)
    }
    expect(spreads.length).toBeGreaterThan(0.95 * (flood(plan).length / 3))
    expect(Math.min(...spreads)).toBeGreaterThanOrEqual(1)
    expect(Math.max(...spreads)).toBeLessThanOrEqual(2_000)
    expect(Math.max(...spreads)).toBeGreaterThan(1_500)
    // Half of them below the square root of 2,000.
    expect(isNear(spreads.filter(ms => ms < Math.sqrt(2_000)).length, 0.5, spreads.length)).toBe(true)
  })

  test('debounced, an update is sent that long after its order was made, and stays one event', () => {
    const [plain, plan] = [compile(), compile({ debounce: '500ms' })]
    expect(plan.eventCount).toBe(plain.eventCount)
    for (const event of flood(plan)) {
      const created = event - (event % 3)
      const fits = plan.triggeredTicks![created] + 50_000 <= floodMs * 100
      expect(plan.dueTicks[event]).toBe(event % 3 === 1 && fits ? plan.triggeredTicks![created] + 50_000 : plan.triggeredTicks![event])
    }
  })

  test('late is by half of the bound to all of it, by hours in scaled time; it alone goes past the end of the flood', () => {
    const seconds = compile({ late: { share: 0.1, by: '4s' } })
    const delays = flood(seconds).map(event => lateMs(seconds, event)).filter(ms => ms > 0)
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(2_000)
    expect(Math.max(...delays)).toBeLessThanOrEqual(4_000)
    expect(delays.reduce((sum, ms) => sum + ms, 0) / delays.length).toBeCloseTo(3_000, -2)
    const hours = compile({ lateByHours: { share: 0.1, by: '1h' } })
    const scaled = flood(hours).map(event => lateMs(hours, event)).filter(ms => ms > 0)
    expect([Math.min(...scaled) >= 7_500, Math.max(...scaled) <= 15_000, Math.max(...scaled) > 14_500]).toEqual([true, true, true])
    const last = (plan: Plan): number => plan.dueTicks[eventAt(plan, plan.eventCount - 1)] / 100
    expect(last(hours)).toBeGreaterThan(floodMs)
    expect([hours.floodMs, seconds.floodMs]).toEqual([floodMs, floodMs])
    const { late: _late, lateByHours: _hours, ...inTime } = all
    const plan = compile(inTime)
    expect(last(plan)).toBeLessThanOrEqual(floodMs)
    expect(Math.max(...plan.repeats!.dueTicks)).toBeLessThanOrEqual(floodMs * 100)
  })

  test('repeats an event at most once, after its own instant and within the bound, in order', () => {
    const plan = compile(all)
    const { event, dueTicks } = plan.repeats!
    expect(new Set(event).size).toBe(event.length)
    expect(Array.from(dueTicks)).toEqual(Array.from(dueTicks.toSorted()))
    for (const [index, repeated] of event.entries()) {
      const gapMs = (dueTicks[index] - plan.dueTicks[repeated]) / 100
      expect(gapMs >= 1 && gapMs <= 3_000).toBe(true)
    }
  })

  test('gives one shop its share of the orders in the window of its sale, and little beside it', () => {
    const [plain, plan] = [compile(), compile({ flashSale: { share: 0.6, at: '40%', for: '20%' } })]
    const inSale = (event: number): boolean => plan.dueTicks[event] >= 800_000 && plan.dueTicks[event] < 1_200_000
    const firsts = flood(plan).filter(event => event % 3 === 0)
    const changed = firsts.filter(event => plan.shop[event] !== plain.shop[event])
    expect(changed.every(inSale)).toBe(true)
    const [seller, ...others] = new Set(changed.map(event => plan.shop[event]))
    expect(others).toEqual([])
    const sale = firsts.filter(inSale)
    const ownShare = firsts.filter(event => plain.shop[event] === seller).length / firsts.length
    expect(isNear(sale.filter(event => plan.shop[event] === seller).length, 0.6 + 0.4 * ownShare, sale.length)).toBe(true)
    for (const event of firsts) expect(new Set(plan.shop.subarray(event, event + 3)).size).toBe(1)
    expect(new Set([1, 2, 3].map(seed => mostSold(compile({ flashSale: { share: 0.9 } }, seed)))).size).toBe(3)
  })

  test('asks for attempts for its repeats too, and counts the fullest second in the order of sending', () => {
    const [plain, repeated] = [compile(), compile({ duplicates: { share: 1, by: '1ms' } })]
    const demand = (plan: Plan): number => worstDemand(plan, shopify2024, 240, 0).attemptsPerSecond
    expect(demand(repeated)).toBeGreaterThan(1.95 * demand(plain))
    const late = compile({ lateByHours: { share: 0.5, by: '1h' } })
    expect(late.peakPerSecond).toBe(mostInASecond(late))
    const seconds = flood(late).map(event => Math.floor(late.dueTicks[event] / 100_000))
    expect(Math.max(...seconds) * 1_000).toBeGreaterThanOrEqual(floodMs)
    expect(demand(late)).toBe(Math.max(...[...new Set(seconds)].map(second => seconds.filter(other => other === second).length)))
  })
})

describe('placesByTick', () => {
  test('sorts as a stable comparator does, over all 32 bits', () => {
    fc.assert(fc.property(fc.array(fc.oneof(fc.nat(3), fc.nat(70_000), fc.integer({ min: 0, max: 2 ** 32 - 1 })), { maxLength: 300 }), ticks => {
      const wanted = ticks.map((_, place) => place).sort((a, b) => ticks[a] - ticks[b] || a - b)
      expect(Array.from(placesByTick(Uint32Array.from(ticks)))).toEqual(wanted)
    }), { numRuns: 50 })
  })
})

function mostSold(plan: Plan): number {
  const sizes = new Uint32Array(plan.shops.length)
  for (const event of flood(plan)) sizes[plan.shop[event]]++
  return sizes.indexOf(Math.max(...sizes))
}

function mostInASecond(plan: Plan): number {
  const due = flood(plan).map(event => plan.dueTicks[event]).sort((a, b) => a - b)
  return Math.max(...due.map((tick, index) => index + 1 - due.findIndex(other => other > tick - 100_000)))
}
