import { describe, expect, test } from 'vitest'
import { retryDelayMs } from '../../harness/load/native/retry-schedule.ts'
import { custom, exponential, fixed, littledata2019, shopify2019, shopify2024 } from '../../harness/platform/retry-policies.ts'
import type { RetryPolicy } from '../../harness/platform/retry-policy.ts'

test.each([
  [shopify2024, 8, 4, 2, 56.5],
  [shopify2019, 19, 48, 1.5, 39],
  [littledata2019, 19, 72, 1.5, 58.5],
])('$name: %i retries over %i hours', (policy, retries, hours, factor, firstSeconds) => {
  const { delaysMs } = policy
  expect(delaysMs).toHaveLength(retries)
  expect(delaysMs.reduce((sum, delayMs) => sum + delayMs)).toBeCloseTo(hours * 3_600_000, 3)
  expect(delaysMs[0] / 1_000).toBeCloseTo(firstSeconds, 1)
  for (let retry = 1; retry < retries; retry++) expect(delaysMs[retry] / delaysMs[retry - 1]).toBeCloseTo(factor, 9)
})

test('shopify-2024 comes back at the offsets of DOMAIN.md 1.1', () => {
  let offsetMs = 0
  const offsets = shopify2024.delaysMs.map(delayMs => Math.floor((offsetMs += delayMs) / 1_000 + 1e-6))
  expect(offsets).toEqual([56, 169, 395, 847, 1_750, 3_557, 7_171, 14_400])
})

test('the timeouts are those of each time', () => {
  expect([shopify2024, shopify2019, littledata2019].map(policy => [policy.connectTimeoutMs, policy.totalTimeoutMs])).toEqual([[1_000, 5_000], [5_000, 5_000], [30_000, 30_000]])
})

describe("policies of a scenario's own", () => {
  test('grow exponentially up to their cap', () => {
    expect(exponential({ first: '10s', factor: 3, cap: '5m', retries: 5 }).delaysMs).toEqual([10_000, 30_000, 90_000, 270_000, 300_000])
    expect(exponential({ first: '1s', factor: 1, retries: 2 }).delaysMs).toEqual([1_000, 1_000])
    expect(Math.max(...exponential({ first: '1d', factor: 100, retries: 254 }).delaysMs)).toBe(30 * 86_400_000)
  })

  test('wait the same each time, or as a list says, or never try again', () => {
    expect(fixed({ delay: '30s', retries: 3 }).delaysMs).toEqual([30_000, 30_000, 30_000])
    expect(custom({ delays: ['5s', '1m', '2h'] }).delaysMs).toEqual([5_000, 60_000, 7_200_000])
    expect(custom({ delays: [] }).delaysMs).toEqual([])
  })

  test('say the rest, or leave it at the least surprising', () => {
    expect(fixed({ delay: '1s', retries: 1 })).toEqual({ name: 'fixed', connectTimeoutMs: 1_000, totalTimeoutMs: 5_000, delaysMs: [1_000], jitter: 0, removesSubscription: false })
    expect(custom({ delays: ['1s'], connectTimeout: '2s', totalTimeout: '1m', jitter: 0.5, removesSubscription: true })).toEqual({ name: 'custom', connectTimeoutMs: 2_000, totalTimeoutMs: 60_000, delaysMs: [1_000], jitter: 0.5, removesSubscription: true })
  })

  test('are jittered by the seed, the mean kept', () => {
    const policy = exponential({ first: '10s', factor: 2, retries: 3, jitter: 0.5 })
    const delays = Array.from({ length: 2_000 }, (_, event) => retryDelayMs(policy, 10, 1, event, 2)!)
    expect(delays.every(delay => delay >= 1_000 && delay <= 3_000)).toBe(true)
    expect(Math.abs(delays.reduce((sum, delay) => sum + delay) / 2_000 - 2_000)).toBeLessThan(50)
    expect(delays[0]).toBe(retryDelayMs(policy, 10, 1, 0, 2))
    expect(delays[0]).not.toBe(retryDelayMs(policy, 10, 2, 0, 2))
  })

  test('name all that is wrong with them at once', () => {
    expect(exponential({ first: 'soon', factor: 0.5, cap: '31d', retries: 255, jitter: 2, connectTimeout: '0s', twice: true } as never).problems?.map(line => line.split(', must')[0])).toEqual([
      'first: found "soon"', 'factor: found 0.5', 'cap: found "31d"', 'retries: found 255', 'connectTimeout: found "0s"', 'jitter: found 2',
      'twice: unknown; there is first, factor, cap, retries, connectTimeout, totalTimeout, jitter, removesSubscription',
    ])
  })

  test.each<[string, () => RetryPolicy, string]>([
    ['a delay', () => custom({ delays: ['1s', 'soon' as '1s'] }), 'delays[1]: found "soon", must be a duration'],
    ['no list', () => custom({ delays: '1s' as never }), 'delays: found "1s", must be a list of at most 254 durations'],
    ['too many', () => custom({ delays: Array.from({ length: 255 }, () => '1s' as const) }), 'delays: found a list of 255, must be a list of at most 254 durations'],
    ['timeouts', () => fixed({ delay: '1s', retries: 1, connectTimeout: '6s' }), 'connectTimeout: found "6s", must be at most totalTimeout (5s)'],
    ['nothing', () => (fixed as () => RetryPolicy)(), ': found nothing, must be an object with delay, retries'],
  ])('tell of %s', (_, make, line) => {
    expect(make().problems).toEqual([expect.stringContaining(line)])
  })
})
