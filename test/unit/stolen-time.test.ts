import { expect, test } from 'vitest'

import { readCpuTimes, stolenShare } from '../../harness/environment/stolen-time.ts'

test('what a hypervisor took is a share of all cores between two readings', () => {
  expect(stolenShare({ ticks: 1_000, stolenTicks: 40 }, { ticks: 1_400, stolenTicks: 90 })).toBe(0.125)
})

test('where the kernel does not say, or no tick has passed, nothing is claimed', () => {
  const times = { ticks: 10, stolenTicks: 1 }
  expect(stolenShare(undefined, times)).toBe(null)
  expect(stolenShare(times, undefined)).toBe(null)
  expect(stolenShare(times, times)).toBe(null)
})

test('the kernel of this machine counts them, and they only grow', async () => {
  const before = readCpuTimes()!
  const until = performance.now() + 50
  while (performance.now() < until);
  const after = readCpuTimes()!
  expect(after.ticks).toBeGreaterThan(before.ticks)
  expect(stolenShare(before, after)).toBeGreaterThanOrEqual(0)
  expect(stolenShare(before, after)).toBeLessThanOrEqual(1)
})
