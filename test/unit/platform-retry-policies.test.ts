import { expect, test } from 'vitest'
import { littledata2019, shopify2019, shopify2024 } from '../../harness/platform/retry-policies.ts'

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
