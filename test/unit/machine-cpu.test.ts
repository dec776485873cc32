import { expect, test } from 'vitest'

import { cpuBetween, readCpuTimes } from '../../harness/environment/machine-cpu.ts'

test('what the machine did and what a hypervisor took are shares of all cores between two readings', () => {
  expect(cpuBetween({ ticks: 1_000, idleTicks: 500, stolenTicks: 40 }, { ticks: 1_400, idleTicks: 600, stolenTicks: 90 })).toEqual({ busyShare: 0.625, stolenShare: 0.125 })
})

test('where the kernel does not say, or no tick has passed, nothing is claimed', () => {
  const times = { ticks: 10, idleTicks: 3, stolenTicks: 1 }
  expect(cpuBetween(undefined, times)).toBe(null)
  expect(cpuBetween(times, undefined)).toBe(null)
  expect(cpuBetween(times, times)).toBe(null)
})

test('a counter that the kernel takes back by a tick, as idle time does, is no negative share', () => {
  expect(cpuBetween({ ticks: 100, idleTicks: 50, stolenTicks: 2 }, { ticks: 110, idleTicks: 49, stolenTicks: 1 })).toEqual({ busyShare: 1, stolenShare: 0 })
})

test('the kernel of this machine counts them', () => {
  const before = readCpuTimes()!
  const until = performance.now() + 100
  while (performance.now() < until);
  const { busyShare, stolenShare } = cpuBetween(before, readCpuTimes())!
  expect(busyShare).toBeGreaterThan(0)
  expect(busyShare + stolenShare).toBeLessThanOrEqual(1)
})
