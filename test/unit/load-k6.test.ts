import { finished } from 'node:stream/promises'
import { describe, expect, it, test } from 'vitest'

import { ACKED, INDETERMINATE, REFUSED } from '../../harness/history/history.ts'
import { disagreements, type K6Counters, type Reported } from '../../harness/load/k6/agreement.ts'
import { AttemptLines } from '../../harness/load/k6/attempt-lines.ts'
import { outcomeOf } from '../../harness/load/k6/classify.ts'
import { leadFor, usersFor } from '../../harness/load/k6/limits.ts'
import { stagesOf } from '../../harness/load/k6/stages.ts'
import { compilePlan } from '../../harness/plan/compile.ts'
import { constant, flashSale, noonStep, ramp, rollingMidnights, sequence, sineDay, steps } from '../../harness/plan/shapes.ts'
import type { Shape } from '../../harness/plan/shape.ts'

/** When k6's ramping-arrival-rate executor starts its iterations, ms after its own start: lib/executor/ramping_arrival_rate.go, `cal`. */
function k6Instants({ startRate, timeUnit, stages }: ReturnType<typeof stagesOf>): number[] {
  const perMs = (target: number): number => target / (Number.parseFloat(timeUnit) * 1_000)
  const instants: number[] = []
  let from = perMs(startRate)
  let doneSoFar = 0
  let stageStartMs = 0
  let iteration = 1
  for (const { target, duration } of stages) {
    const to = perMs(target)
    const lengthMs = duration.endsWith('ms') ? Number.parseFloat(duration) : Number.parseFloat(duration) * 1_000
    const end = doneSoFar + (lengthMs * (from + to)) / 2
    for (; iteration <= end; iteration++) {
      const rest = iteration - doneSoFar
      instants.push(stageStartMs + (from === to ? rest / to : (from * lengthMs - Math.sqrt(Math.max(0, lengthMs * (from * from * lengthMs + 2 * rest * (to - from))))) / (from - to)))
    }
    doneSoFar = end
    from = to
    stageStartMs += lengthMs
  }
  return instants
}

const shapes: [string, Shape][] = [
  ['a constant rate', constant({ rate: 7, over: '90s' })],
  ['a ramp', ramp({ from: 0, to: 800, over: '60s' })],
  ['a noon step', noonStep({ base: 150, peak: 600, over: '75s' })],
  ['a flash sale', flashSale({ base: 20, peak: 900, over: '60s' })],
  ['rolling midnights', rollingMidnights({ base: 30, peak: 500, over: '60s' })],
  ['a day', sineDay({ base: 10, peak: 700, over: '60s' })],
  ['a staircase', steps({ rates: [100, 10, 0, 300, 50], over: '13s' })],
  ['one after the other', sequence([constant({ rate: 50, over: '3s' }), ramp({ from: 400, to: 100, over: '4s' })])],
]

describe('the stages of k6', () => {
  it.each(shapes)('are in step with the plan of %s, event by event', (_, shape) => {
    const plan = compilePlan({ load: { shape, shops: 1, topics: ['orders/create'] }, seed: 1, scenarioHash: '', warmUp: { durationMs: 0, ratePerSecond: 0 } })
    const instants = k6Instants(stagesOf(shape))
    expect(instants.length).toBeGreaterThanOrEqual(plan.eventCount)
    expect(instants.length).toBeLessThanOrEqual(plan.eventCount + 2)
    const offs = Array.from(plan.dueTicks, (ticks, event) => Math.abs(instants[event] - 1 - ticks / 100))
    expect(offs.toSorted((a, b) => a - b)[Math.floor(offs.length * 0.95)]).toBeLessThan(1)
    expect(Math.max(...offs)).toBeLessThan(5)
  })

  it('are as few as the shape is simple', () => {
    // A bump before and after, the overtime, and steps between them.
    expect(stagesOf(constant({ rate: 500, over: '60s' })).stages.length).toBeLessThan(8)
    expect(stagesOf(ramp({ from: 1, to: 5_000, over: '1h' })).stages.length).toBeLessThan(10)
    expect(stagesOf(noonStep({ base: 100, peak: 900, over: '60s' })).stages.length).toBeLessThan(20)
  })
})

describe('virtual users', () => {
  it('hold the fullest second until the timeout, within the sockets that the scenario allows', () => {
    expect(usersFor({ peakPerSecond: 100 }, { totalTimeoutMs: 5_000 }, 1_024)).toBe(600)
    expect(usersFor({ peakPerSecond: 600 }, { totalTimeoutMs: 5_000 }, 1_024)).toBe(1_024)
    expect(usersFor({ peakPerSecond: 1 }, { totalTimeoutMs: 100 }, 1_024)).toBe(10)
    expect(usersFor({ peakPerSecond: 1 }, { totalTimeoutMs: 100 }, 4)).toBe(4)
    expect([leadFor(10), leadFor(1_024), leadFor(60_000)]).toEqual([205, 712, 1_000])
  })
})

test.for([
  [200, 0, ACKED], [204, 0, ACKED], [302, 0, INDETERMINATE], [404, 1404, INDETERMINATE], [503, 1503, REFUSED],
  [0, 1050, INDETERMINATE], [0, 1000, INDETERMINATE], [0, 1220, INDETERMINATE], [0, 1201, INDETERMINATE], [0, 1212, REFUSED], [0, 1211, REFUSED], [0, 1101, REFUSED],
] as const)('an attempt with status %i and error code %i is told as outcome %i', ([status, code, outcome]) => {
  expect(outcomeOf({ status, code, refusedStatuses: new Set([503]) })).toBe(outcome)
})

interface Read {
  lines: AttemptLines
  taken: number[][]
  logged: string[]
}

async function read(chunks: readonly string[], count = 10): Promise<Read> {
  const taken: number[][] = []
  const logged: string[] = []
  const lines = new AttemptLines({
    from: 100, count,
    refusedStatuses: [503],
    take: async attempts => {
      for (let at = 0; at < attempts.length; at += 5) taken.push([...attempts.subarray(at, at + 5)])
    },
    log: line => logged.push(line),
  })
  lines.startedAtMs = 1_000
  for (const chunk of chunks) lines.write(chunk)
  lines.end()
  await finished(lines)
  return { lines, taken, logged }
}

describe('the lines of k6', () => {
  it('are put together wherever they were cut, and what is no attempt goes to the log', async () => {
    const { lines, taken, logged } = await read(['Insufficient VUs\n@0 1.5 3', '.25 200 0 \n@2 2 4 503 1503 \nRequest Failed\n', '@1 2 7 0 1220 read: connection reset by peer\n\nlast words'])
    expect(taken).toEqual([[100, 1_001.5, 1_003.25, 200, ACKED], [102, 1_002, 1_004, 503, REFUSED], [101, 1_002, 1_007, 0, INDETERMINATE]])
    expect(logged).toEqual(['Insufficient VUs', 'last words'])
    expect([lines.lines, lines.strays, lines.reach, [...lines.reported.subarray(0, 4)]]).toEqual([3, 0, 3, [1, 1, 1, 0]])
  })

  it('of an event that was reported before, or is none, count as strays and reach nothing', async () => {
    const { lines, taken } = await read(['@0 1 2 200 0 \n@0 1 2 200 0 \n@10 1 2 200 0 \n@x 1 2 200 0 \n'])
    expect(taken.length).toBe(1)
    expect([lines.lines, lines.strays, lines.reach]).toEqual([4, 3, 1])
  })

  it('do not report what was cut off with k6', async () => {
    const { lines, taken } = await read(['@0 1 2 0 1000 context canceled\n'])
    expect([taken.length, lines.lines, lines.reach]).toEqual([0, 0, 0])
  })

  it('end the run where this machine, not the intake, refused the connection', async () => {
    await expect(read(['@0 1 2 0 1210 dial tcp 127.0.0.1:8080: socket: too many open files\n'])).rejects.toMatchObject({ exit: 'invalid', hint: expect.stringContaining('ulimit -n') })
  })
})

describe('the totals of k6 and the history', () => {
  const counters: K6Counters = { requests: 101, gateRequests: 1, iterations: 101, dropped: 0 }
  const reported: Reported = { planned: 100, topics: 1, lines: 100, strays: 0, taken: 100, cutOff: 0, ended: false }

  it.each<[string, Partial<K6Counters>, Partial<Reported>]>([
    ['everything was sent', {}, {}],
    ['one iteration of the tail found no event', { iterations: 102 }, {}],
    ['what was dropped was left out', { requests: 71, iterations: 71, dropped: 30 }, { lines: 70, taken: 70 }],
    ['it was ended, and had counted what it had no time to report', { requests: 73, iterations: 70 }, { lines: 70, taken: 70, cutOff: 5, ended: true }],
  ])('agree where %s', (_, k6, history) => {
    expect(disagreements({ ...counters, ...k6 }, { ...reported, ...history })).toEqual([])
  })

  it.each<[string, Partial<K6Counters>, Partial<Reported>, string]>([
    ['a line was lost', {}, { lines: 99, taken: 99 }, 'k6 counts 100 webhooks sent, the history 99 first attempts'],
    ['a line came twice', {}, { lines: 101, strays: 1 }, 'reported 1 of 101 attempts for events that it had reported before'],
    ['k6 sent more than it counts', { requests: 91 }, {}, 'k6 counts 90 webhooks sent, the history 100'],
    ['iterations ended without a word', { iterations: 120 }, {}, 'k6 counts 120 iterations, and printed 100 attempts'],
    ['events were left out that were not dropped', { requests: 71, iterations: 71, dropped: 10 }, { lines: 70, taken: 70 }, 'k6 left 30 events out, and counts 10 dropped'],
    ['it was ended, and counts more than it could have under way', { requests: 90, iterations: 70 }, { lines: 70, taken: 70, cutOff: 5, ended: true }, 'k6 counts 89 webhooks sent, the history 70'],
  ])('disagree where %s', (_, k6, history, problem) => {
    expect(disagreements({ ...counters, ...k6 }, { ...reported, ...history })).toContainEqual(expect.stringContaining(problem))
  })
})
