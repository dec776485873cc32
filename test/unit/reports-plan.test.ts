import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { describePlan } from '../../harness/commands/plan.ts'
import { at, command, defineScenario, defineSystem, http, noLoss, segmentLike, shopify2024, steps, type Scenario } from '../../harness/index.ts'
import { planRun } from '../../harness/phases/plan.ts'
import { prepare } from '../../harness/scenario/prepare.ts'
import { drawBars, drawTimeAxis, drawWindows, fullestOf } from '../../reports/plan/chart.ts'
import { renderPlanCsv } from '../../reports/plan/csv.ts'
import { planRecord, type PlanRecord } from '../../reports/plan/record.ts'
import { renderPlan } from '../../reports/plan/text.ts'

describe('the chart', () => {
  test('shows the fullest second of each column', () => {
    expect(fullestOf([1, 9, 2, 3], 2)).toEqual([9, 3])
    expect(fullestOf([1, 9, 2], 2)).toEqual([9, 9])
    expect(fullestOf([4, 8], 6)).toEqual([4, 4, 4, 8, 8, 8])
    expect(fullestOf([0, 0], 3)).toEqual([0, 0, 0])
  })

  // Two lines of eight steps each: 16 stand for the top, 8 for half of it, and the least that is not nothing for 1 in 1,600.
  test('is drawn in eighths of a line, and a little is never nothing', () => {
    expect(drawBars([1_600, 800, 1_200, 1, 0], { width: 5, height: 2 }, 6)).toEqual([
      ' 1,600 ┤█ ▄',
      '     0 ┤███▁',
    ])
  })

  test('has its time and its faults under it', () => {
    expect(drawTimeAxis(60, 30, 3)).toEqual([
      `    └${'─'.repeat(30)}`,
      '     0 s          30 s         60 s',
    ])
    expect(drawWindows([{ fromMs: 2_000, toMs: 4_000 }, { fromMs: 3_000, toMs: 5_000 }, { fromMs: 9_500, toMs: 10_000 }], 10, { width: 10, labelWidth: 3 })).toBe('       ▔▔▔    ▔')
  })
})

const system = defineSystem({
  name: 'shop',
  components: { app: command(['app'], { env: ({ to }) => ({ CRM: to('crm') }), ready: http('/') }) },
  roles: { intake: 'app' },
  intake: { path: '/' },
  destinations: { crm: segmentLike() },
  correlate: () => [],
})

/** 10 s at 100 a second, then 10 s at 300, in two topics; the intake is away from 12 s to 14 s, and retries come after 1 s and after 2 s more. */
function scenario(change: Partial<Parameters<typeof defineScenario>[0]> = {}, load: object = {}): Scenario {
  return defineScenario({
    name: 'made-up', hypothesis: 'It holds.', system,
    parameters: { rate: 300, duration: '20s' },
    load: ({ rate, duration }) => ({
      shape: steps({ rates: [rate / 3, rate], over: duration }), shops: 50, topics: ['orders/create', 'orders/paid'], retries: { ...shopify2024, delaysMs: [1_000, 2_000] }, ...load,
    }),
    faults: [at('12s').kill('intake').for('2s')],
    expect: [noLoss()],
    ...change,
  })
}

function recordOf(asked: Scenario, seed = 1): PlanRecord {
  return describePlan(prepare(asked), seed)
}

describe('the record of a plan', () => {
  const record = recordOf(scenario())

  test('keeps to its contract, as JSON too', () => {
    expect(planRecord.parse(JSON.parse(JSON.stringify(record)))).toEqual(record)
  })

  test('says what was computed by hand', () => {
    expect(record.flood).toEqual({ events: 4_000, orders: 2_000, durationMs: 20_000, peakPerSecond: 300, meanPerSecond: 200, spacing: 'even', scales: [] })
    // Half the peak, for 3 s and a millisecond for each event a second of it: 495 events, of which two make an order.
    expect(record.warmUp).toEqual({ events: 494, durationMs: 3_300, perSecond: 150 })
    expect(record.seconds.planned).toEqual([...Array.from({ length: 10 }, () => 100), ...Array.from({ length: 10 }, () => 300)])
    // 12 and 13 fail; retries fall into 13 and 14, and of those in 13 the second ones into 15.
    expect(record.seconds.worstAttempts.slice(10)).toEqual([300, 300, 300, 600, 600, 600, 300, 300, 300, 300])
    expect(record.worst).toEqual({ attemptsPerSecond: 600, sockets: 3_000, maxSockets: 1_024 })
    expect(record.topics).toEqual([{ topic: 'orders/create', events: 2_000 }, { topic: 'orders/paid', events: 2_000 }])
    expect(record.memory).toMatchObject({ events: 4_494, bytes: 4_494 * 41 })
    expect(record.faults).toEqual([{ id: 'fault-1', kind: 'kill', target: 'app', fromMs: 12_000, toMs: 14_000 }])
  })

  test('counts every event at its shop, the largest first', () => {
    const counts = record.shops.map(({ events }) => events)
    expect(counts).toHaveLength(50)
    expect(counts.reduce((sum, events) => sum + events)).toBe(4_000)
    expect(counts).toEqual(counts.toSorted((a, b) => b - a))
  })

  test('has the hash that the run will have, another one for another seed', () => {
    expect(record.planHash).toBe(planRun(prepare(scenario()), 1).plan.hash)
    expect(recordOf(scenario(), 2).planHash).not.toBe(record.planHash)
  })

  test('counts disorder, and shows seconds after the flood for what is late', () => {
    const disordered = recordOf(scenario({}, { realism: { duplicates: { share: 1, by: '10ms' }, late: { share: 1, by: '5s' } } }))
    expect(disordered.disorder.delayed).toBe(4_000)
    expect(disordered.disorder.longestDelayMs).toBeGreaterThan(4_900)
    expect(disordered.disorder.longestDelayMs).toBeLessThanOrEqual(5_000)
    expect(disordered.disorder.repeats).toBe(disordered.seconds.repeats.reduce((sum, count) => sum + count))
    expect(disordered.seconds.planned.length).toBe(25)
    expect(disordered.seconds.planned.reduce((sum, count) => sum + count)).toBe(4_000)
  })

  test('of a platform that only rotates its secret has the retries of those who are turned away, and of one that is silent none', () => {
    const worstOf = (faults: Scenario['faults'] extends (...args: never[]) => infer F ? F : never): number => recordOf(scenario({ faults })).worst.attemptsPerSecond
    expect(worstOf([at('12s').rotateSecret().for('2s')])).toBe(600)
    expect(worstOf([at('12s').silence().for('2s')])).toBe(300)
  })
})

test('CSV: a heading and a row of whole numbers for each second', () => {
  const [heading, ...rows] = renderPlanCsv(recordOf(scenario())).trimEnd().split('\n')
  expect(heading).toBe('second,planned,repeats,worst_attempts')
  expect(rows).toHaveLength(20)
  expect(rows[13]).toBe('13,300,0,600')
  for (const [second, row] of rows.entries()) expect(row).toMatch(new RegExp(`^${second},\\d+,\\d+,\\d+$`))
})

describe('the text', () => {
  const record = recordOf(scenario())
  const text = renderPlan(record, { color: false })

  test('says it all without colour, and the same in colour', () => {
    expect(text).toBe(stripVTControlCharacters(text))
    expect(stripVTControlCharacters(renderPlan(record, { color: true }))).toBe(text)
    expect(renderPlan(record, { color: true })).not.toBe(text)
    for (const said of [
      'made-up on shop', 'first attempts a second, 200 on average', '300 ┤', '600 ┤', '▔', '4,000 of 2,000 orders in 20 s, at most 300 within any second, spaced evenly', '494 events before them, 150 a second',
      'orders/create 2,000, orders/paid 2,000', 'kill app from 12 s to 14 s', '600 attempts a second', '1,024: enough for the peak while answers take up to 3.41 s', '600 x 5 s = 3,000', record.planHash,
    ]) expect(text.replaceAll(/\n {12}/g, ' ')).toContain(said)
  })

  test('has a table that counts each event once', () => {
    const rows = [...text.matchAll(/^ *\d+–\d+ s +([\d,]+) +/gm)]
    expect(rows).toHaveLength(10)
    expect(rows.map(([, events]) => Number(events.replace(',', ''))).reduce((sum, events) => sum + events)).toBe(4_000)
  })

  test('has no second chart where nothing is to fail', () => {
    const calm = renderPlan(recordOf(scenario({ faults: [] })), { color: false })
    expect(calm.match(/└/g)).toHaveLength(1)
    expect(calm).not.toContain('at worst  attempts')
  })

  test.each([40, 60, 100])('fits into %s columns, but for the hash', width => {
    const lines = renderPlan(record, { color: false, width }).split('\n').filter(line => !line.includes(record.planHash))
    expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(width)
  })
})
