import { describe, expect, test } from 'vitest'
import { bytesPerAccount, countAccounts } from '../../harness/checks/accounts.ts'
import { FloodmarkError } from '../../harness/errors.ts'
import { createHistory, bytesPerEvent } from '../../harness/history/history.ts'
import { at, command, constant, defineScenario, defineSystem, http, noLoss, segmentLike, shopify2024, type Scenario } from '../../harness/index.ts'
import { footprintOf, footprintProblems } from '../../harness/phases/footprint.ts'
import { planRun } from '../../harness/phases/plan.ts'
import { compilePlan, type PlanInput } from '../../harness/plan/compile.ts'
import { countHung } from '../../harness/plan/hang.ts'
import { attemptsUnderOutages, type Window } from '../../harness/plan/outage.ts'
import { planBytesPerEvent, type Plan } from '../../harness/plan/plan.ts'
import { prepare } from '../../harness/scenario/prepare.ts'
import { makeRun } from './checks-made-run.ts'

const topics = ['orders/create', 'orders/updated'] as const

/** 100 events a second, half a hundredth after each hundredth, without a warm-up. */
function steady(over: '10s' | '30s', load: Partial<PlanInput['load']> = {}): Plan {
  return compilePlan({ load: { shape: constant({ rate: 100, over }), shops: 3, topics: ['orders/create'], ...load }, seed: 1, scenarioHash: '', warmUp: { durationMs: 0, ratePerSecond: 0 } })
}

describe('attempts under outages', () => {
  const policy = { ...shopify2024, delaysMs: [1_000, 2_000] }
  const seconds = (delaysMs: number[], windows: Window[], timeScale = 1): number[] => [...attemptsUnderOutages(steady('10s'), { ...policy, delaysMs }, timeScale, windows)]

  test('are the first attempts where there is no outage', () => {
    expect(seconds([1_000, 2_000], [])).toEqual(Array.from({ length: 10 }, () => 100))
  })

  // Seconds 5, 6 and 7 fail. Their first retries fall into 6, 7 and 8, of which 6 and 7 fail again; those second retries fall into 8 and 9.
  test('have each retry where it falls due', () => {
    const expected = [100, 100, 100, 100, 100, 100, 200, 200, 300, 200]
    expect(seconds([1_000, 2_000], [{ fromMs: 5_000, toMs: 8_000 }])).toEqual(expected)
    expect(seconds([10_000, 20_000], [{ fromMs: 5_000, toMs: 8_000 }], 10)).toEqual(expected)
  })

  test('go on after the flood, for as long again at most', () => {
    expect(seconds([3_000], [{ fromMs: 9_000, toMs: 10_000 }])).toEqual([...Array.from({ length: 10 }, () => 100), 0, 0, 100])
    expect(seconds([86_400_000], [{ fromMs: 9_000, toMs: 10_000 }])).toHaveLength(10)
  })

  // What failed in second 5 is tried again in 7, where it fails once more, and then in 8.
  test('fail again in the next outage', () => {
    expect(seconds([2_000, 1_000], [{ fromMs: 5_000, toMs: 6_000 }, { fromMs: 7_000, toMs: 8_000 }])).toEqual([100, 100, 100, 100, 100, 100, 100, 200, 200, 200])
  })

  test('have the repeats beside them, which nobody retries', () => {
    const plan = { ...steady('10s'), repeats: { event: Uint32Array.of(550, 900), dueTicks: Uint32Array.of(560_000, 1_050_000) } }
    expect([...attemptsUnderOutages(plan, policy, 1, [{ fromMs: 5_500, toMs: 6_000 }])]).toEqual([100, 100, 100, 100, 100, 101, 150, 100, 100, 100, 1])
  })
})

describe('a hang', () => {
  const hang = { label: 'pause', fromMs: 10_000, toMs: 20_000, holdsMs: Number.POSITIVE_INFINITY }
  const policy = { totalTimeoutMs: 5_000, limitMs: 50 }

  test('holds a socket for each attempt until its deadline', () => {
    expect(countHung(steady('30s'), hang, { ...policy, maxSockets: 500 })).toEqual({ sockets: 500, late: 0 })
    expect(countHung(steady('30s'), { ...hang, holdsMs: 800 }, { ...policy, maxSockets: 500 }).sockets).toBe(80)
    expect(countHung(steady('30s'), { ...hang, toMs: 13_000 }, { ...policy, maxSockets: 500 }).sockets).toBe(300)
  })

  // Attempts 0 to 299 take all sockets by 13 s. 300 to 599 wait for them 2 s each, those after them until the heal at 20 s; attempt n is due at 10.005 s + n x 10 ms, so from 995 on
  // that is no more than 50 ms.
  test('lets what finds no socket wait for the oldest', () => {
    expect(countHung(steady('30s'), hang, { ...policy, maxSockets: 300 })).toEqual({ sockets: 500, late: 695 })
  })

  // Attempts 200 to 399 wait 3 s for sockets that are free from 15 s to 17 s and then theirs; those after them wait until 20 s, which is more than 4 s up to number 599.
  test('lets those wait longer whose socket was waited for before', () => {
    expect(countHung(steady('30s'), hang, { ...policy, limitMs: 4_000, maxSockets: 200 }).late).toBe(200)
  })
})

describe('what an event takes', () => {
  test.each([undefined, { disorder: { share: 1, by: '1s' }, duplicates: { share: 1, by: '1s' } }] as const)('is what its columns hold, disorder %j', realism => {
    const plan = steady('10s', { topics, realism })
    const columns = [...Object.values(plan), ...Object.values(plan.repeats ?? {})].filter(value => ArrayBuffer.isView(value))
    const bytes = columns.reduce((sum, column) => sum + column.byteLength, 0)
    expect(bytes).toBeLessThanOrEqual(planBytesPerEvent(realism) * plan.eventCount)
    expect(bytes).toBeGreaterThan((planBytesPerEvent(realism) - 1) * plan.eventCount)
  })

  test('is the history and what judging adds', () => {
    expect(createHistory(10_000, 2, 0).shape.buffer.byteLength).toBeLessThan((bytesPerEvent(2) + 1) * 10_000)
    const run = makeRun({ events: 500, warmUp: 0 })
    expect(Object.values(countAccounts(run)).filter(value => ArrayBuffer.isView(value)).reduce((sum, column) => sum + column.byteLength, 0)).toBe(500 * bytesPerAccount)
  })
})

const system = defineSystem({
  components: {
    app: command(['app'], { env: ({ to }) => ({ CRM: to('crm'), WORKER: to('worker') }), ready: http('/') }),
    worker: command(['worker'], { env: () => ({}), ready: http('/') }),
  },
  roles: { intake: 'app', worker: 'worker' },
  intake: { path: '/' },
  destinations: { crm: segmentLike() },
  correlate: () => [],
})

function scenario(change: Partial<Parameters<typeof defineScenario>[0]>, load: { maxSockets?: number } = {}): Scenario {
  return defineScenario({
    name: 'made-up', hypothesis: 'It holds.', system,
    parameters: { rate: 100, duration: '30s' },
    load: ({ rate, duration }) => ({ shape: constant({ rate, over: duration }), shops: 20, topics: ['orders/create'], retries: shopify2024, timeScale: 240, maxSockets: 300, ...load }),
    expect: [noLoss()],
    ...change,
  })
}

function refusalOf(asked: Scenario): FloodmarkError | undefined {
  try {
    planRun(prepare(asked), 1)
    return undefined
  } catch (error) {
    if (!(error instanceof FloodmarkError) || error.exit !== 'usage') throw error
    return error
  }
}

describe('a plan that cannot be carried out is refused with the arithmetic', () => {
  test('where its events do not fit into half the memory', () => {
    const prepared = prepare(scenario({}))
    expect(footprintProblems(footprintOf(1_000_000, prepared, 82_000_000))).toEqual([])
    expect(footprintProblems(footprintOf(1_000_001, prepared, 82_000_000))).toEqual([{
      problem: "load.shape: 1,000,001 events x 41 bytes (plan 6, history 29, judging 6) = 41.0 MB; half of this machine's memory is 41.0 MB, which is 1,000,000 events",
      hint: expect.stringContaining('lower the rate'),
    }])
  })

  test('before a column of it is made', () => {
    const asked = scenario({ parameters: { rate: 100_000, duration: '11h' } })
    expect(refusalOf(asked)?.evidence).toEqual([expect.stringMatching(/^load\.shape: 3,960,030,000 events x 41 bytes .* = 162\.4 GB; half of this machine's memory is /)])
  })

  test('where the intake hangs and the sockets do not last', () => {
    const refused = refusalOf(scenario({ faults: [at('10s').pause('intake').for('10s')] }))
    expect(refused?.message).toBe('the plan of made-up has a problem, so it cannot be carried out here')
    expect(refused?.evidence).toEqual([
      'load.maxSockets: nothing answers in time from 10 s to 20 s (pause app), so each attempt holds its socket for 5 s and first attempts alone need 500 of them; 300 sockets / 5 s = 60 attempts a second, so 695 of 3,000 events (23.1666 %) would be sent more than 50 ms late: the run could only be invalid',
    ])
    expect(refusalOf(scenario({ faults: [at('10s').blackhole('platform->intake').for('10s')] }))?.evidence[0]).toContain('(blackhole platform->app)')
    expect(refusalOf(scenario({ faults: [at('10s').slow('platform->intake', { latency: '4s', jitter: '500ms' }).for('19s')] }))?.evidence[0]).toContain('holds its socket for 3.5 s and first attempts alone need 350')
  })

  test.each<[string, Scenario]>([
    ['there are sockets enough', scenario({ faults: [at('10s').pause('intake').for('10s')] }, { maxSockets: 500 })],
    ['so few wait that the lag holds', scenario({ faults: [at('10s').pause('intake').for('3.2s')] })],
    ['the scenario bears the lag', scenario({ faults: [at('10s').pause('intake').for('10s')], generator: { lagP99Ms: 10_000 } })],
    ['it is not the intake that hangs', scenario({ faults: [at('10s').pause('worker').for('10s')] })],
    ['it does not hang but fails', scenario({ faults: [at('10s').kill('intake').for('10s')] })],
    ['only a share of the connections hangs', scenario({ faults: [at('10s').blackhole('platform->intake', { share: 0.5, direction: 'down' }).for('10s')] })],
  ])('and not where %s', (_, asked) => {
    expect(refusalOf(asked)).toBeUndefined()
  })

  test('with all that is wrong at once', () => {
    const refused = refusalOf(scenario({ parameters: { rate: 10_000, duration: '30s' }, faults: [at('10s').pause('intake').for('10s')] }))
    expect(refused?.message).toContain('has 2 problems')
    expect(refused?.evidence).toEqual([expect.stringMatching(/^load: could come to \d+ attempts a second .* keeps up with 40000$/), expect.stringContaining('10 s to 20 s')])
  })
})
