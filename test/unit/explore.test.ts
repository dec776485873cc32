import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import type { Candidates, Tried } from '../../harness/explore/candidates.ts'
import { drawSchedule, requestsOf, type Disturbance, type Limits, type Schedule } from '../../harness/explore/schedule.ts'
import { search, type SearchOptions } from '../../harness/explore/search.ts'
import { shrink } from '../../harness/explore/shrink.ts'
import { loadScenario } from '../../harness/scenario/load.ts'
import { prepare } from '../../harness/scenario/prepare.ts'
import { variantSource } from '../../harness/scenario/source.ts'

const faultOf = (target: string): Disturbance['fault'] => ({ kind: 'kill', target, parameters: {} })
const scheduleOf = (...targets: string[]): Schedule => targets.map((target, index) => ({ fault: faultOf(target), atMs: 2_000 + 100 * index, forMs: 4_000 }))
const targetsOf = (schedule: Schedule): string[] => schedule.map(({ fault }) => fault.target)
const quiet = { isPossible: () => true, shortestMs: 500, onSmaller: () => {} }
const eight = scheduleOf('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h')

test('two faults hidden among eight are found, wherever they stand, and made as short as they can be', async () => {
  for (let first = 0; first < 8; first++) {
    for (let second = first + 1; second < 8; second++) {
      const guilty = [targetsOf(eight)[first], targetsOf(eight)[second]]
      let runs = 0
      const breaks = async (schedule: Schedule): Promise<boolean> => {
        runs++
        return guilty.every(target => schedule.some(({ fault, forMs }) => fault.target === target && (target !== guilty[1] || forMs >= 1_500)))
      }
      const smallest = await shrink(eight, { ...quiet, breaks })
      expect(targetsOf(smallest)).toEqual(guilty)
      expect(smallest.map(({ forMs }) => forMs)).toEqual([500, 2_000])
      expect(runs).toBeLessThan(60)
    }
  }
})

test('whatever it takes to break, what comes out breaks, and no fault of it can be left out', async () => {
  await fc.assert(fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 8 }), async wanted => {
    const guilty = wanted.map(index => targetsOf(eight)[index])
    const breaks = async (schedule: Schedule): Promise<boolean> => guilty.every(target => targetsOf(schedule).includes(target))
    expect(targetsOf(await shrink(eight, { ...quiet, breaks })).toSorted()).toEqual(guilty.toSorted())
  }))
})

test('a schedule that cannot be done is never run', async () => {
  const breaks = async (schedule: Schedule): Promise<boolean> => {
    expect(schedule.length).not.toBe(1)
    return true
  }
  expect(await shrink(scheduleOf('a', 'b', 'c'), { ...quiet, breaks, isPossible: schedule => schedule.length !== 1 })).toHaveLength(2)
})

test('schedules come from the seed, within their limits, and from what is possible', () => {
  const pool = ['a', 'b', 'c'].map(faultOf)
  const limits: Limits = { mostFaults: 3, shortestMs: 500, longestMs: 4_000, fromMs: 2_000, untilMs: 10_000 }
  const draw = (seed: number, number: number, problemsOf = (): string[] => []): Schedule | undefined => drawSchedule(seed, number, pool, limits, problemsOf)
  const drawn = Array.from({ length: 500 }, (_, number) => draw(7, number)!)
  expect(drawn).toEqual(Array.from({ length: 500 }, (_, number) => draw(7, number)!))
  expect(drawn).not.toEqual(Array.from({ length: 500 }, (_, number) => draw(8, number)!))
  expect(new Set(drawn.map(({ length }) => length))).toEqual(new Set([1, 2, 3]))
  expect(new Set(drawn.flatMap(targetsOf))).toEqual(new Set(['a', 'b', 'c']))
  for (const { atMs, forMs } of drawn.flat()) {
    expect(forMs).toBeGreaterThanOrEqual(500)
    expect(forMs).toBeLessThanOrEqual(4_000)
    expect(atMs).toBeGreaterThanOrEqual(2_000)
    expect(atMs + forMs).toBeLessThanOrEqual(10_100)
  }
  expect(draw(7, 1, () => ['never'])).toBeUndefined()
  const once = (schedule: Schedule): string[] => (new Set(targetsOf(schedule)).size < schedule.length ? ['twice on one target'] : [])
  const possible = Array.from({ length: 100 }, (_, number) => drawSchedule(7, number, pool, limits, once)!)
  expect(possible.flatMap(once)).toEqual([])
})

/** Runs that end as a script says, each once. */
function scripted(script: (schedule: Schedule, run: number) => 'breaks' | 'holds' | 'says nothing'): Candidates {
  let runs = 0
  return {
    get runs() {
      return runs
    },
    async run(schedule): Promise<Tried> {
      const end = script(schedule, ++runs)
      return { broke: end === 'breaks', invalid: end === 'says nothing', checks: end === 'breaks' ? ['noLoss: 3 of 900 acked events lost'] : [] }
    },
    keep: async () => 'kept.ts',
  }
}

function searchWith(candidates: Candidates, more: Partial<SearchOptions> = {}): ReturnType<typeof search> {
  const schedules = [scheduleOf('a'), scheduleOf('b', 'c', 'd'), scheduleOf('e')]
  return search({ candidates, scheduleOf: number => schedules[number - 1], most: 3, jobs: 1, isPossible: () => true, shortestMs: 500, tell: () => {}, spent: new AbortController().signal, ...more })
}

test('the first schedule that breaks again and again is made small, and the search ends there', async () => {
  const result = await searchWith(scripted(schedule => (targetsOf(schedule).includes('c') ? 'breaks' : 'holds')))
  expect(result).toMatchObject({ tried: 2, invalid: 0, flaky: [], found: { broke: 3, of: 3, isSmallest: true, checks: ['noLoss: 3 of 900 acked events lost'] } })
  expect(targetsOf(result.found!.schedule)).toEqual(['c'])
  expect(targetsOf(result.found!.drawn)).toEqual(['b', 'c', 'd'])
})

test('what breaks once and not again is chance, told and not pursued; what says nothing is counted', async () => {
  const result = await searchWith(scripted((schedule, run) => (run === 1 ? 'breaks' : targetsOf(schedule).includes('e') ? 'says nothing' : 'holds')))
  expect(result).toMatchObject({ tried: 3, invalid: 1, found: undefined })
  expect(result.flaky.map(({ schedule }) => targetsOf(schedule))).toEqual([['a']])
})

test('what breaks two times of three is given three chances at every step', async () => {
  const seen = new Map<string, number>()
  const result = await searchWith(scripted(schedule => {
    const key = targetsOf(schedule).join()
    const time = (seen.get(key) ?? 0) + 1
    seen.set(key, time)
    return key.includes('c') && time % 3 !== 2 ? 'breaks' : 'holds'
  }))
  expect(targetsOf(result.found!.schedule)).toEqual(['c'])
  expect(result.found).toMatchObject({ broke: 2, of: 3 })
})

test('a spent budget keeps what was found, and says that it may not be the smallest', async () => {
  const spent = new AbortController()
  const result = await searchWith(scripted((schedule, run) => {
    if (run === 5) spent.abort()
    return targetsOf(schedule).includes('c') ? 'breaks' : 'holds'
  }), { spent: spent.signal })
  expect(result.found).toMatchObject({ isSmallest: false })
  expect(targetsOf(result.found!.schedule)).toContain('c')
})

test('a scenario with other faults keeps all else of it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'floodmark-explore-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const scenario = await loadScenario('queue-outage')
  const file = join(folder, 'found.ts')
  writeFileSync(file, variantSource({ name: 'found', scenarioFile: scenario.file, faults: requestsOf([{ fault: faultOf('buffer'), atMs: 2_500, forMs: 700 }]) }))
  const [before, after] = [prepare(scenario), prepare(await loadScenario(file))]
  expect(after.faults).toMatchObject([{ kind: 'kill', target: 'queue', atMs: 2_500, forMs: 700 }])
  expect(after.scenario.name).toBe('found')
  expect(after.expect.map(check => check.name)).toEqual(before.expect.map(check => check.name))
  expect(after.load.shape.parameters).toEqual(before.load.shape.parameters)
})
