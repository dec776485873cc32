import { describe, expect, test } from 'vitest'
import { FloodmarkError } from '../../harness/errors.ts'
import { command, constant, defineScenario, defineSystem, http, noLoss, segmentLike, shopify2024, type Realism } from '../../harness/index.ts'
import { listScaledTimes } from '../../harness/phases/scaled-times.ts'
import { prepare, type Prepared } from '../../harness/scenario/prepare.ts'

const system = defineSystem({
  components: { app: command(['app'], { env: ({ to }) => ({ CRM: to('crm') }), ready: http('/healthz') }) },
  roles: { intake: 'app' },
  intake: { path: '/hooks' },
  destinations: { crm: segmentLike() },
  correlate: () => [],
})

function prepared(realism: unknown, more: object = {}): Prepared {
  return prepare(defineScenario({
    name: 'made-up', hypothesis: 'It holds.', system,
    parameters: { rate: 100, duration: '60s' },
    load: { shape: constant({ rate: 100, over: '60s' }), shops: 20, topics: ['orders/create', 'orders/updated'], retries: shopify2024, timeScale: 240, realism: realism as Realism, ...more },
    expect: [noLoss()],
  }))
}

function problemsOf(realism: unknown, more?: object): readonly string[] {
  try {
    prepared(realism, more)
    return []
  } catch (error) {
    if (!(error instanceof FloodmarkError)) throw error
    return error.evidence
  }
}

const all: Realism = {
  disorder: { share: 0.1, by: '2s' }, duplicates: { share: 0.02, by: '5s' }, debounce: '500ms',
  late: { share: 0.01, by: '5s' }, lateByHours: { share: 0.001, by: '2h' }, flashSale: { share: 0.3, at: '40%', for: '12s' },
}

describe('realism', () => {
  test('is taken as it stands, and is part of what the scenario asks', () => {
    expect(prepared(all).load.realism).toEqual(all)
    expect(problemsOf({ flashSale: { share: 1 } })).toEqual([])
    const hashes = [undefined, all, { ...all, debounce: '501ms' }].map(realism => prepared(realism).hashes.scenario)
    expect(new Set(hashes).size).toBe(3)
  })

  test('lists its times with the others: hours scaled, seconds not', () => {
    const times = listScaledTimes(prepared(all))
    expect(times).toContainEqual({ name: 'late by hours', ms: 30_000, scaled: true })
    expect(times).toContainEqual({ name: 'late', ms: 5_000, scaled: false })
    expect(times).toContainEqual({ name: 'debounce', ms: 500, scaled: false })
    expect(listScaledTimes(prepared(undefined)).map(({ name }) => name)).not.toContain('late')
  })

  test('is refused with all its problems at once', () => {
    expect(problemsOf({ disorder: { share: 0, by: '2s' }, duplicates: { share: 0.1 }, debounce: '10 parsecs', late: 0.1, lateByHour: {}, flashSale: { share: 2, at: 'noon' } })).toEqual([
      'load.realism.disorder.share: found 0, must be a share above 0 and up to 1',
      'load.realism.duplicates.by: found nothing, must be a duration longer than zero, such as 250ms, 35s, 1.5m or 2h',
      'load.realism.debounce: found "10 parsecs", must be a duration longer than zero, such as 250ms, 35s, 1.5m or 2h',
      'load.realism.late: found 0.1, must be an object with share, by',
      'load.realism.flashSale.share: found 2, must be a share above 0 and up to 1',
      'load.realism.flashSale.at: found "noon", must be a share of the flood such as 40%, or a duration such as 12s',
      'load.realism.lateByHour: unknown, did you mean lateByHours?; there is disorder, duplicates, debounce, late, lateByHours, flashSale',
    ])
  })

  test.each<[string, Realism, object, string]>([
    ['disorder of one topic', { disorder: { share: 0.1, by: '1s' } }, { topics: ['orders/create'] }, 'load.realism.disorder: an order has one topic'],
    ['debounce of no update', { debounce: '1s' }, { topics: ['orders/create', 'orders/paid'] }, 'load.realism.debounce: needs orders/updated in load.topics'],
    ['debounce of an order that begins with it', { debounce: '1s' }, { topics: ['orders/updated', 'orders/create'] }, 'load.realism.debounce: needs orders/updated in load.topics, after'],
    ['flash sale among no others', { flashSale: { share: 0.5 } }, { shops: 1 }, 'load.realism.flashSale: there is one shop'],
    ['flash sale after the flood', { flashSale: { share: 0.5, at: '60s' } }, {}, 'load.realism.flashSale: lasts from 60000 to 60000 ms'],
    ['lateness beyond 32 bits', { lateByHours: { share: 0.1, by: '13h' } }, { timeScale: 1 }, 'load.realism: the latest webhook is due after 46860000 ms'],
    ['lateness that the drain would cut off', { lateByHours: { share: 0.1, by: '2h' } }, { timeScale: 24 }, 'drainLimit: found 5m, must be at least 335000ms'],
  ])('is refused where it does not go with the rest: %s', (_, realism, more, problem) => {
    expect(problemsOf(realism, more)).toEqual([expect.stringContaining(problem)])
  })

  test.each([['topics', 'orders/create'], ['shape', 'flat'], ['realism', 7]])('does not break on other problems: %s', (key, value) => {
    expect(problemsOf(all, { [key]: value })).toEqual([expect.stringContaining(`load.${key}: found`)])
  })
})
