import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compilePlan } from '../../harness/plan/compile.ts'
import type { Shape } from '../../harness/plan/shape.ts'
import { constant, noonStep, sineDay } from '../../harness/plan/shapes.ts'
import { placesOf, spacings, type Spacing } from '../../harness/plan/spacing.ts'

const noon = noonStep({ base: 200, peak: 900, over: '60s' })
const steady = constant({ rate: 500, over: '40s' })

function compile(shape: Shape, spacing: Spacing, seed = 7) {
  return compilePlan({ load: { shape, spacing, shops: 3, topics: ['orders/create'] }, seed, scenarioHash: '', warmUp: { durationMs: 0, ratePerSecond: 0 } })
}

/** Where each event lies on the integral, as a share of it. */
function sharesOf(shape: Shape, spacing: Spacing): number[] {
  const total = shape.cumulativeAt(shape.durationMs)
  return [...compile(shape, spacing).dueTicks].map(tick => shape.cumulativeAt(tick / 100) / total)
}

/** Kolmogorov and Smirnov's distance of sorted values from a distribution. */
function distance(sorted: readonly number[], distribution: (value: number) => number): number {
  return Math.max(...sorted.map((value, index) => Math.max((index + 1) / sorted.length - distribution(value), distribution(value) - index / sorted.length)))
}

/** What the distance stays under 99 times of 100 if the values are drawn from the distribution. */
function bound(count: number): number {
  return 1.63 / Math.sqrt(count)
}

/** Variance over mean of the events in 250 windows of the same integral: 1 for a Poisson process, 0 where each has the same. */
function dispersion(shares: readonly number[]): number {
  const counts = new Float64Array(250)
  for (const share of shares) counts[Math.min(249, Math.floor(share * 250))]++
  const mean = shares.length / 250
  return counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / 249 / mean
}

function gapsOf(values: readonly number[]): number[] {
  return values.slice(1).map((value, index) => value - values[index])
}

describe.each(spacings)('%s spacing', spacing => {
  test('keeps the number of events, in order, within the flood', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 0, max: 300 }), fc.integer(), (peak, base, seed) => {
      const shape = sineDay({ base, peak, over: '20s' })
      const { dueTicks } = compile(shape, spacing, seed)
      expect(dueTicks.length).toBe(Math.round(shape.cumulativeAt(20_000)))
      expect(dueTicks.findIndex((tick, event) => tick < dueTicks[event - 1] || tick > 2_000_000)).toBe(-1)
    }), { numRuns: 40 })
  })

  test('is the same for the same seed, and part of the hash', () => {
    expect(compile(noon, spacing)).toEqual(compile(noon, spacing))
    const others = spacings.filter(one => one !== spacing).map(one => compile(noon, one).hash)
    expect(others).not.toContain(compile(noon, spacing).hash)
  })

  test('lies on the integral as a whole', () => {
    const shares = sharesOf(noon, spacing)
    expect(distance(shares, share => share)).toBeLessThan(bound(shares.length))
  })
})

test('evenly spaced events are spread as the rate is, every window alike', () => {
  expect(dispersion(sharesOf(noon, 'even'))).toBeLessThan(0.01)
})

describe('uniformly spaced events', () => {
  test('lie each in a space of its own, anywhere in it', () => {
    const shares = sharesOf(steady, 'uniform')
    const places = shares.map((share, event) => share * shares.length - event)
    // Instants are rounded to ticks of 10 µs, which are 0.005 events here.
    expect(places.every(place => place > -0.006 && place < 1.006)).toBe(true)
    expect(distance(places.toSorted((a, b) => a - b), place => Math.min(1, Math.max(0, place)))).toBeLessThan(bound(places.length))
  })

  test('make no window fuller than its spaces', () => {
    expect(dispersion(sharesOf(noon, 'uniform'))).toBeLessThan(0.02)
  })
})

describe('events of a Poisson process', () => {
  test('make windows as unlike each other as chance does', () => {
    // Of 250 windows the index is 1 ± 0.09.
    for (const shape of [noon, steady]) expect(Math.abs(dispersion(sharesOf(shape, 'poisson')) - 1)).toBeLessThan(0.3)
  })

  test('have exponential gaps that know nothing of each other', () => {
    const shares = sharesOf(steady, 'poisson')
    const gaps = gapsOf(shares).map(gap => gap * shares.length)
    // A gap of less than a tick cannot be told from none: those of 10 µs are 0.5 % of the mean here.
    expect(distance(gaps.toSorted((a, b) => a - b), gap => 1 - Math.exp(-gap))).toBeLessThan(bound(gaps.length) + 0.005)
    const next = gaps.slice(1)
    const correlation = next.reduce((sum, gap, index) => sum + (gap - 1) * (gaps[index] - 1), 0) / next.length
    expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(next.length))
  })

  test('come otherwise with another seed', () => {
    expect(compile(noon, 'poisson', 8).dueTicks).not.toEqual(compile(noon, 'poisson', 9).dueTicks)
  })

  test('never reach the end of the integral, however few there are', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 50 }), fc.double({ min: 0.5, max: 1e6, noNaN: true }), fc.integer(), (count, total, seed) => {
      const next = placesOf('poisson', { total, count, seed })
      const places = Array.from({ length: count }, next)
      expect(places.every((place, event) => place > (places[event - 1] ?? 0) && place < total)).toBe(true)
    }), { numRuns: 200 })
  })
})
