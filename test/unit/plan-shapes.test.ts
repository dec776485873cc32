import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compilePlan } from '../../harness/plan/compile.ts'
import type { Shape } from '../../harness/plan/shape.ts'
import { bursts, constant, flashSale, noonStep, ramp, resumptionSurge, rollingMidnights, scaled, sequence, sineDay, steps, superimpose } from '../../harness/plan/shapes.ts'

const over = '40s'
const rates = fc.integer({ min: 1, max: 400 })
const anyShape: fc.Arbitrary<Shape> = fc.oneof(
  rates.map(rate => constant({ rate, over })),
  fc.tuple(fc.integer({ min: 0, max: 400 }), rates).map(([from, to]) => ramp({ from, to, over })),
  fc.tuple(rates, rates).map(([base, peak]) => noonStep({ base, peak, over })),
  fc.tuple(rates, rates).map(([base, peak]) => flashSale({ base, peak, over })),
  fc.tuple(rates, rates).map(([base, peak]) => rollingMidnights({ base, peak, over })),
  fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 9 }).map(list => steps({ rates: [...list, 7], over })),
  fc.tuple(fc.integer({ min: 0, max: 400 }), rates).map(([base, peak]) => sineDay({ base, peak, over })),
  fc.tuple(rates, rates, fc.integer({ min: 1, max: 19 })).map(([base, peak, everySeconds]) => bursts({ base, peak, every: `${everySeconds}s`, lasting: '700ms', over })),
  fc.tuple(rates, fc.integer({ min: 1, max: 10 })).map(([base, silenceSeconds]) => resumptionSurge({ base, silence: `${silenceSeconds}s`, drain: base * 1.5, over })),
  fc.tuple(rates, rates).map(([base, peak]) => superimpose([sineDay({ base, peak, over }), scaled(flashSale({ base: 0, peak, over: '60s' }), { time: 2.5, rate: 0.7 }), constant({ rate: 3, over: '9s' })])),
  fc.tuple(rates, fc.double({ min: 0.5, max: 30, noNaN: true }), fc.double({ min: 0.2, max: 2, noNaN: true })).map(([peak, time, rate]) => scaled(sequence([sineDay({ base: 50, peak, over }), ramp({ from: peak, to: 0, over: '7s' })]), { time, rate })),
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

  test('leaves no 10 ms window off its integral by more than the event that stands on each edge', () => {
    fc.assert(fc.property(anyShape, shape => {
      const { dueTicks } = compile(shape)
      const windows = Math.ceil(shape.durationMs / 10)
      const counts = new Uint32Array(windows + 1)
      for (const tick of dueTicks) counts[Math.floor(tick / 1_000)]++
      const within = (fromMs: number, toMs: number): number => shape.cumulativeAt(toMs) - shape.cumulativeAt(fromMs)
      const off = counts.subarray(0, windows).findIndex((count, window) => {
        const [fromMs, toMs] = [window * 10, window * 10 + 10]
        // A tick of tolerance on each side: instants are rounded to ticks.
        return count > within(fromMs - 0.01, toMs + 0.01) + 1 + 1e-6 || count < within(fromMs + 0.01, toMs - 0.01) - 1 - 1e-6
      })
      expect(off).toBe(-1)
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

test('steps give each rate an equal part', () => {
  const shape = steps({ rates: [10, 0, 40], over: '6s' })
  expect([0, 1_999, 2_000, 3_999, 4_000, 6_000].map(ms => shape.rateAt(ms))).toEqual([10, 10, 0, 0, 40, 40])
  expect([2_000, 4_000, 6_000].map(ms => shape.cumulativeAt(ms))).toEqual([20, 20, 100])
})

test('a sine day is darkest at both ends, best in the middle, and half of both in all', () => {
  const shape = sineDay({ base: 20, peak: 100, over: '24h' })
  expect([0, 6, 12, 18, 24].map(hour => Math.round(shape.rateAt(hour * 3_600_000)))).toEqual([20, 60, 100, 60, 20])
  expect(shape.cumulativeAt(shape.durationMs)).toBe(60 * 86_400)
  expect(shape.cumulativeAt(shape.durationMs / 2)).toBeCloseTo(30 * 86_400, 6)
})

test('bursts stand in the middle of each whole period, and the rest is calm', () => {
  const shape = bursts({ base: 10, peak: 100, every: '10s', lasting: '2s', over: '25s' })
  expect([3_999, 4_000, 5_999, 6_000, 14_000, 24_500].map(ms => shape.rateAt(ms))).toEqual([10, 100, 100, 10, 100, 10])
  expect(shape.cumulativeAt(25_000)).toBeCloseTo(250 + 2 * 2 * 90, 9)
})

test('a resumption surge brings what the silence held back, and in all no more than without it', () => {
  const shape = resumptionSurge({ base: 100, silence: '17h', drain: 440, over: '24h' })
  const hour = 3_600_000
  expect([16.99, 17, 21.99, 22.01].map(hours => shape.rateAt(hours * hour))).toEqual([0, 440, 440, 100])
  expect([17, 22, 24].map(hours => shape.cumulativeAt(hours * hour))).toEqual([0, 22 * 3_600 * 100, 24 * 3_600 * 100])
})

test('superimposed shapes add up, each until its own end', () => {
  const shape = superimpose([constant({ rate: 10, over: '1s' }), constant({ rate: 20, over: '2s' })])
  expect([shape.durationMs, shape.rateAt(999), shape.rateAt(1_000), shape.cumulativeAt(1_000), shape.cumulativeAt(2_000)]).toEqual([2_000, 30, 20, 30, 50])
  const endless: Shape = { kind: 'own', durationMs: 500, parameters: {}, rateAt: () => 8, cumulativeAt: ms => (8 * ms) / 1_000 }
  const withOwn = superimpose([endless, constant({ rate: 10, over: '1s' })])
  expect([withOwn.rateAt(499), withOwn.rateAt(500), withOwn.cumulativeAt(1_000)]).toEqual([18, 10, 14])
})

describe('a scaled shape', () => {
  test('runs a day in a minute at a tenth of the rate', () => {
    const shape = scaled(sineDay({ base: 20, peak: 100, over: '24h' }), { time: 1_440, rate: 0.1 })
    expect(shape.durationMs).toBe(60_000)
    expect(shape.rateAt(30_000)).toBeCloseTo(10, 9)
    expect(shape.cumulativeAt(60_000)).toBeCloseTo(6 * 60, 9)
  })

  test('says so, with the factors of everything in it multiplied', () => {
    const day = constant({ rate: 10, over: '24h' })
    expect(scaled(day, { time: 1_440, rate: 0.1 }).scales).toEqual([{ shape: 'constant', lengthMs: 86_400_000, time: 1_440, rate: 0.1 }])
    expect(scaled(scaled(day, { time: 24 }), { time: 60, rate: 0.1 }).scales).toEqual([{ shape: 'constant', lengthMs: 86_400_000, time: 1_440, rate: 0.1 }])
    expect(scaled(noonStep({ base: 1, peak: 2, over: '60m' }), { rate: 0.5 }).scales).toEqual([{ shape: 'noonStep', lengthMs: 7_200_000, time: 2, rate: 0.5 }])
    const parts = sequence([day, scaled(day, { time: 10 })])
    expect(superimpose([parts, day]).scales).toEqual([{ shape: 'constant', lengthMs: 86_400_000, time: 10, rate: 1 }])
    expect(scaled(parts, { time: 2 }).scales).toEqual([{ shape: 'sequence', lengthMs: 95_040_000, time: 2, rate: 1 }, { shape: 'constant', lengthMs: 86_400_000, time: 20, rate: 1 }])
  })

  test('is another plan than the shape at those numbers', () => {
    const hashOf = (shape: Shape): string => compile(shape).hash
    expect(hashOf(scaled(constant({ rate: 100, over: '2s' }), { time: 2 }))).not.toBe(hashOf(constant({ rate: 100, over: '1s' })))
  })
})

test('shapes that stand for a stretch of real time say for how long a one', () => {
  const shapes = [noonStep({ base: 1, peak: 2, over: '72s' }), flashSale({ base: 1, peak: 2, over: '36s' }), sineDay({ base: 1, peak: 2, over: '60s' }), rollingMidnights({ base: 1, peak: 2, over: '119s' })]
  expect(shapes.map(shape => shape.scales?.map(({ time }) => time))).toEqual([[100], [100], [1_440], [3_600]])
  expect(constant({ rate: 1, over }).scales ?? []).toEqual([])
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
    ['no step', () => steps({ rates: [], over })],
    ['one wrong step', () => steps({ rates: [1, -2, 3], over })],
    ['a burst without end', () => bursts({ base: 1, peak: 2, every: '2s', lasting: '2s', over })],
    ['no whole burst', () => bursts({ base: 1, peak: 2, every: '50s', lasting: '2s', over })],
    ['bursts without number', () => bursts({ base: 1, peak: 2, every: '1ms', lasting: '0.5ms', over })],
    ['a surge that never drains', () => resumptionSurge({ base: 5, silence: '5s', drain: 5, over })],
    ['a surge that does not drain in time', () => resumptionSurge({ base: 100, silence: '20s', drain: 180, over })],
    ['a factor of zero', () => scaled(constant({ rate: 1, over }), { time: 0 })],
    ['a scaled nothing', () => scaled(undefined as never, {})],
    ['a scaled shape with a problem', () => scaled(constant({ rate: -1, over }), { time: 2 })],
    ['a superimposed shape with a problem', () => superimpose([constant({ rate: 1, over }), constant({ rate: -1, over })])],
  ])('%s is a problem, and nothing is thrown', (_, make) => {
    expect(make().problems).toHaveLength(1)
  })

  test('are told with what would be right', () => {
    expect(resumptionSurge({ base: 100, silence: '20s', drain: 180, over }).problems).toEqual(['over: found "40s", must be at least 45s: 20s of silence, and 20s x 100 / (180 - 100) to drain'])
    expect(steps({ rates: [1, -2], over }).problems).toEqual(['rates[1]: found -2, must be a number of events a second, 0 or more'])
    expect(scaled(constant({ rate: -1, over }), { time: 2 })).toMatchObject({ durationMs: 20_000, problems: ['shape.rate: found -1, must be a number of events a second, 0 or more'] })
  })

  test('sound ones have no problems', () => {
    for (const shape of [constant({ rate: 1, over }), sequence([constant({ rate: 1, over })])]) expect(shape.problems ?? []).toEqual([])
  })
})
