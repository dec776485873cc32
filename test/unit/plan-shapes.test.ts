import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compilePlan } from '../../harness/plan/compile.ts'
import type { Shape } from '../../harness/plan/shape.ts'
import { constant, flashSale, noonStep, ramp, rollingMidnights, sequence } from '../../harness/plan/shapes.ts'

const over = '40s'
const rates = fc.integer({ min: 1, max: 400 })
const anyShape: fc.Arbitrary<Shape> = fc.oneof(
  rates.map(rate => constant({ rate, over })),
  fc.tuple(fc.integer({ min: 0, max: 400 }), rates).map(([from, to]) => ramp({ from, to, over })),
  fc.tuple(rates, rates).map(([base, peak]) => noonStep({ base, peak, over })),
  fc.tuple(rates, rates).map(([base, peak]) => flashSale({ base, peak, over })),
  fc.tuple(rates, rates).map(([base, peak]) => rollingMidnights({ base, peak, over })),
  fc.tuple(rates, rates).map(([base, peak]) => sequence([rollingMidnights({ base, peak, over }), noonStep({ base, peak, over })])),
)

function compile(shape: Shape) {
  return compilePlan({ load: { shape, shops: 3, topics: ['orders/create'] }, seed: 1, scenarioHash: '', warmUp: { durationMs: 0, ratePerSecond: 0 } })
}

describe('every shape', () => {
  test('has an integral that equals the events compiled', () => {
    fc.assert(fc.property(anyShape, shape => {
      expect(compile(shape).eventCount).toBe(Math.round(shape.cumulativeAt(shape.durationMs)))
    }), { numRuns: 60 })
  })

  test('puts every event where the integral reaches its number and a half, and none before the last', () => {
    fc.assert(fc.property(anyShape, shape => {
      const { dueTicks } = compile(shape)
      const total = shape.cumulativeAt(shape.durationMs)
      // Instants are rounded to ticks, so an event's number lies between the integral a tick before and a tick after.
      const misplaced = dueTicks.findIndex((tick, event) => {
        const [before, after] = [shape.cumulativeAt((tick - 1) / 100), shape.cumulativeAt((tick + 1) / 100)]
        return tick < dueTicks[event - 1] || before > event + 0.5 + 1e-6 || after < Math.min(event + 0.5, total) - 1e-6
      })
      expect(misplaced).toBe(-1)
    }), { numRuns: 30 })
  })

  test('has a rate that is the slope of its integral, away from its corners', () => {
    fc.assert(fc.property(anyShape, fc.double({ min: 0.001, max: 0.999, noNaN: true }), (shape, share) => {
      const ms = share * shape.durationMs
      const slopes = [shape.cumulativeAt(ms) - shape.cumulativeAt(ms - 0.01), shape.cumulativeAt(ms + 0.01) - shape.cumulativeAt(ms)].map(events => events * 100_000)
      fc.pre(Math.abs(slopes[0] - slopes[1]) < 0.5)
      expect(Math.abs(shape.rateAt(ms) - slopes[1])).toBeLessThan(1)
    }), { numRuns: 300 })
  })

  test('has an integral that never falls', () => {
    fc.assert(fc.property(anyShape, shape => {
      const points = Array.from({ length: 500 }, (_, index) => shape.cumulativeAt(((index - 10) * shape.durationMs) / 480))
      expect(points).toEqual([...points].sort((a, b) => a - b))
      expect(points[0]).toBe(0)
    }), { numRuns: 60 })
  })
})

test('a constant rate is spaced evenly', () => {
  const { dueTicks } = compile(constant({ rate: 1_000, over: '2s' }))
  expect([...dueTicks.subarray(0, 3), dueTicks[1_999]]).toEqual([50, 150, 250, 199_950])
})

test('the noon step stands at the middle and peaks a minute and a half of two hours later', () => {
  const shape = noonStep({ base: 100, peak: 600, over: '2h' })
  expect(shape.rateAt(3_600_000 - 1)).toBe(100)
  expect(shape.rateAt(3_600_000)).toBe(400)
  expect(shape.rateAt(3_600_000 + 90_000)).toBeCloseTo(600)
  expect(shape.rateAt(7_200_000)).toBeCloseTo(350)
})

test('a flash sale comes without notice and leaves a tail', () => {
  const shape = flashSale({ base: 100, peak: 500, over: '100s' })
  expect([19_999, 20_000, 29_999, 32_000, 90_000].map(ms => Math.round(shape.rateAt(ms)))).toEqual([100, 500, 500, 200, 100])
})

test('rolling midnights climb from zone to zone, breathe by day and end with the last zone', () => {
  const shape = rollingMidnights({ base: 10, peak: 1_000, over: '119h' })
  const hourly = Array.from({ length: 119 }, (_, hour) => shape.rateAt(hour * 3_600_000 + 1))
  expect(hourly[0]).toBeLessThan(30)
  expect(Math.max(...hourly)).toBeGreaterThan(950)
  // New York's midnight, 18 zones on, is a step of its own.
  expect(shape.rateAt(18 * 3_600_000) - shape.rateAt(18 * 3_600_000 - 1)).toBeGreaterThan(100)
  const secondDay = hourly.slice(48, 72)
  expect(Math.max(...secondDay) / Math.min(...secondDay)).toBeGreaterThan(1.5)
  expect(shape.rateAt(119 * 3_600_000)).toBeLessThan(50)
})

test('a sequence keeps each shape and adds their lengths', () => {
  const shape = sequence([constant({ rate: 10, over: '1s' }), constant({ rate: 20, over: '2s' })])
  expect([shape.durationMs, shape.cumulativeAt(1_000), shape.cumulativeAt(3_000), shape.rateAt(999), shape.rateAt(1_000)]).toEqual([3_000, 10, 50, 10, 20])
})

describe('bad arguments', () => {
  test('are all named at once', () => {
    const shape = noonStep({ base: -5, peak: Number.NaN, over: '20 parsecs', high: 9 } as never)
    expect(shape.problems).toEqual([
      'base: found -5, must be a number of events a second, 0 or more',
      'peak: found NaN, must be a number of events a second, 0 or more',
      'over: found "20 parsecs", must be a duration longer than zero, such as 250ms, 35s, 1.5m or 2h',
      'high: unknown; there is base, peak, over',
    ])
    expect(shape.durationMs).toBeNaN()
  })

  test('leave the length of the flood known where only a rate is wrong', () => {
    expect(constant({ rate: -1, over: '2s' })).toMatchObject({ durationMs: 2_000, problems: ['rate: found -1, must be a number of events a second, 0 or more'] })
  })

  test('are told of every shape of a sequence, inner sequences too', () => {
    const shape = sequence([constant({ rate: 1, over: '1s' }), sequence([ramp({ from: 1, to: -1, over: '1s' })]), flashSale({ base: 1, peak: 2, over: 'soon' } as never)])
    expect(shape.problems?.map(line => line.split(':')[0])).toEqual(['[1][0].to', '[2].over'])
    expect(sequence([constant({ rate: 1, over: '1s' }), 3] as never).problems).toEqual(['[1]: found 3, must be a shape, such as constant({ rate, over: duration })'])
  })

  test.each([
    ['a length of zero', () => constant({ rate: 1, over: '0s' })],
    ['a missing rate', () => ramp({ to: 1, over: '1s' } as never)],
    ['a rate without end', () => flashSale({ base: 1, peak: Infinity, over: '1s' })],
    ['a missing length', () => rollingMidnights({ base: 1, peak: 2 } as never)],
    ['no shape at all', () => sequence([])],
    ['nothing', () => (constant as () => Shape)()],
    ['no list', () => (sequence as () => Shape)()],
  ])('%s is a problem, and nothing is thrown', (_, make) => {
    expect(make().problems).toHaveLength(1)
  })

  test('sound ones have no problems', () => {
    for (const shape of [constant({ rate: 1, over }), sequence([constant({ rate: 1, over })])]) expect(shape.problems ?? []).toEqual([])
  })
})
