import fc from 'fast-check'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compilePlan } from '../../harness/plan/compile.ts'
import type { Shape } from '../../harness/plan/shape.ts'
import { replay, scaled } from '../../harness/plan/shapes.ts'

let folder: string
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'floodmark-replay-')) })
afterAll(() => rmSync(folder, { recursive: true }))

function replayed(csv: string): Shape {
  const file = join(folder, 'series.csv')
  writeFileSync(file, csv)
  return replay({ file })
}

/** Without the path in front, which every problem has. */
function problemsOf(csv: string): string[] | undefined {
  return replayed(csv).problems?.map(problem => problem.replace(`file: ${join(folder, 'series.csv')}: `, ''))
}

function compile(shape: Shape) {
  return compilePlan({ load: { shape, shops: 3, topics: ['orders/create'] }, seed: 1, scenarioHash: '', warmUp: { durationMs: 0, ratePerSecond: 0 } })
}

describe('rates', () => {
  test('are joined by straight lines, with a step where two rows have one instant', () => {
    const shape = replayed('seconds,rate\n0,10\n10,30\n10,100\n20,100\n')
    expect([0, 5_000, 9_999.999, 10_000, 15_000].map(ms => Math.round(shape.rateAt(ms)))).toEqual([10, 20, 30, 100, 100])
    expect([shape.durationMs, shape.cumulativeAt(10_000), shape.cumulativeAt(20_000)]).toEqual([20_000, 200, 1_200])
  })

  test('begin with the first row, whenever that was', () => {
    expect(replayed('seconds,rate\n100.5,10\n101.5,10')).toMatchObject({ durationMs: 1_000 })
  })

  test('come to as many events as the lines hold, each at its place', () => {
    const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 300 })), { minLength: 1, maxLength: 20 })
    fc.assert(fc.property(rows, list => {
      let second = 0
      const shape = replayed(['seconds,rate', '0,50', ...list.map(([length, rate]) => `${second += length},${rate}`), `${second + 2},20`].join('\n'))
      const { dueTicks } = compile(shape)
      expect(dueTicks.length).toBe(Math.round(shape.cumulativeAt(shape.durationMs)))
      const misplaced = dueTicks.findIndex((tick, event) => shape.cumulativeAt((tick - 1) / 100) > event + 0.5 + 1e-6 || shape.cumulativeAt((tick + 1) / 100) < Math.min(event + 0.5, shape.cumulativeAt(shape.durationMs)) - 1e-6)
      expect(misplaced).toBe(-1)
    }), { numRuns: 40 })
  })
})

describe('counts', () => {
  test('are spread from their row to the next, the last for as long as the one before', () => {
    const shape = replayed('timestamp,count\n2024-11-29T16:59:00Z,600\n2024-11-29T17:00:00Z,1200\n2024-11-29T17:00:30Z,0\n')
    expect([shape.durationMs, shape.rateAt(0), shape.rateAt(60_000), shape.rateAt(95_000)]).toEqual([120_000, 10, 40, 0])
    expect(shape.cumulativeAt(120_000)).toBe(1_800)
  })

  test('come to their sum', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 2, maxLength: 30 }), fc.integer({ min: 1, max: 90 }), (counts, stepSeconds) => {
      const sum = counts.reduce((total, count) => total + count, 1)
      const shape = replayed(['timestamp,count', ...[1, ...counts].map((count, row) => `${1_700_000_000 + row * stepSeconds},${count}`)].join('\n'))
      expect(compile(shape).eventCount).toBe(sum)
    }), { numRuns: 40 })
  })

  test.each(['2024-11-29T17:00:00Z', '2024-11-29 17:00:00+00', '2024-11-29 12:00:00.000 -0500', '2024-11-29 17:00:00 UTC', '2024-11-29T17:00', '"2024-11-29T18:00:00+01:00"', '1732899600'])('%s is that instant', instant => {
    expect(replayed(`Timestamp, Count\r\n2024-11-29T16:59:00Z,1\r\n${instant},1\r\n\r\n`)).toMatchObject({ durationMs: 120_000 })
  })
})

test('the file is relative to the file that calls, and what stands in it is part of the plan', () => {
  writeFileSync(join(folder, 'near.csv'), 'seconds,rate\n0,100\n10,100\n')
  const file = relative(import.meta.dirname, join(folder, 'near.csv'))
  const first = compile(replay({ file }))
  expect(first.eventCount).toBe(1_000)
  writeFileSync(join(folder, 'near.csv'), 'seconds,rate\n0,100\n5,100\n10,100\n')
  expect(compile(replay({ file })).hash).not.toBe(first.hash)
})

test('a recorded day runs in a minute', () => {
  const shape = scaled(replayed('seconds,rate\n0,100\n86400,300\n'), { time: 1_440, rate: 0.1 })
  expect(shape.durationMs).toBe(60_000)
  expect(shape.cumulativeAt(60_000)).toBeCloseTo(1_200, 6)
  expect(shape.scales).toEqual([{ shape: 'replay', lengthMs: 86_400_000, time: 1_440, rate: 0.1 }])
})

describe('a malformed series', () => {
  test('is told of with line and reason, all lines at once', () => {
    expect(problemsOf('seconds,rate\n0,10\n1\n2,fast\nsoon,3\n3,-1\n2,1\n1,1\n4,1e999\n5,1')).toEqual([
      'line 3: found "1", must be two values with a comma between them',
      'line 4: found "fast", must be a number of events a second, 0 or more',
      'line 5: found "soon", must be seconds since any start, 0 or more',
      'line 6: found "-1", must be a number of events a second, 0 or more',
      'line 8: found "1", must be no earlier than the row before',
      'line 9: found "1e999", must be a number of events a second, 0 or more',
    ])
  })

  test.each([
    ['nothing', '', 'line 1: found "", must be the header seconds,rate or timestamp,count'],
    ['another header', 'time;rate\n0;1', 'line 1: found "time;rate", must be the header seconds,rate or timestamp,count'],
    ['no header', '0,1\n1,1', 'line 1: found "0,1", must be the header'],
    ['no row', 'seconds,rate\n', 'line 1: the series ends, must have at least two rows'],
    ['one row', 'timestamp,count\n2024-11-29T17:00:00Z,5', 'line 2: the series ends, must have at least two rows'],
    ['no length', 'seconds,rate\n5,1\n5,2', 'line 3: the series ends at the instant it began, must have a length'],
    ['an instant twice', 'timestamp,count\n10,1\n10,2', 'line 3: found "10", must be later than the row before'],
    ['a day that is none', 'timestamp,count\n2024-13-29T17:00:00Z,1\n2024-11-29T17:00:00Z,1', 'line 2: found "2024-13-29T17:00:00Z", must be an instant such as'],
    ['an empty line between', 'seconds,rate\n0,1\n\n1,1', 'line 3: found "", must be two values'],
  ])('%s is a problem', (_, csv, line) => {
    expect(problemsOf(csv)).toHaveLength(1)
    expect(problemsOf(csv)![0]).toContain(line)
  })

  test('without end is told of in part', () => {
    const problems = problemsOf(`seconds,rate\n${'x,y\n'.repeat(1_000)}`)!
    expect([problems.length, problems.at(-1)]).toEqual([51, '950 more lines are wrong'])
  })

  test('that is not there is a problem of its path', () => {
    expect(replay({ file: 'no-such.csv' }).problems).toEqual([expect.stringMatching(/^file: .*ENOENT.*unit\/no-such\.csv/)])
    expect(replay({ file: folder }).problems).toHaveLength(1)
    expect((replay as () => Shape)().problems).toHaveLength(1)
    expect(replay({ file: 3 } as never).problems).toEqual(['file: found 3, must be a text that is not empty'])
  })
})
