import { expect, test } from 'vitest'
import { backlogAbove } from '../../harness/guards/backlog-above.ts'
import { failuresAbove } from '../../harness/guards/failures-above.ts'
import type { GuardedStatus } from '../../harness/guards/guard.ts'
import { watchGuards } from '../../harness/guards/watch-guards.ts'

const calm: GuardedStatus = { elapsedMs: 0, floodMs: 60_000, planned: 1_000, sent: 0, acked: 0, delivered: 0, backlog: 0, waitingForRetry: 0, faults: [], refused: 0, indeterminate: 0 }

test('a backlog is above its limit or it is not', () => {
  const look = backlogAbove({ orders: 100 }).watch()
  expect(look({ ...calm, backlog: 100 })).toBeUndefined()
  expect(look({ ...calm, backlog: 101 })).toBe('101 events acked and not arrived, limit 100')
})

test('failures count within the window only, and what came before it excuses nothing', () => {
  const look = failuresAbove({ share: 0.5, for: '2s' }).watch()
  const at = (elapsedMs: number, acked: number, failed: number): string | undefined => look({ ...calm, elapsedMs, acked, refused: failed / 2, indeterminate: failed / 2 })
  expect(at(0, 0, 0)).toBeUndefined()
  expect(at(1_000, 10_000, 0)).toBeUndefined()
  // A window that is not full yet is no reason.
  expect(at(1_900, 10_000, 1_000)).toBeUndefined()
  expect(at(3_000, 10_100, 1_000)).toBe('1,000 of 1,100 attempts failed within 2s (90.909 %), limit 50 %')
  expect(at(6_000, 10_200, 1_040)).toBeUndefined()
})

test('a handful of attempts is no sample', () => {
  const look = failuresAbove({ share: 0.5, for: '1s' }).watch()
  look(calm)
  expect(look({ ...calm, elapsedMs: 1_000, refused: 19 })).toBeUndefined()
})

test('options that make no sense are told, not thrown', () => {
  expect(backlogAbove({ orders: -1 }).problems).toEqual(['orders: found -1, must be a number above 0'])
  expect(failuresAbove({ share: 2, for: 'soon' as '1s' }).problems).toHaveLength(2)
  expect(failuresAbove(undefined as never).problems).toHaveLength(1)
})

test('the first guard that comes true ends the watch; so does the flood; one that throws cannot guard', async () => {
  const never = new AbortController().signal
  let looks = 0
  const status = (): GuardedStatus => ({ ...calm, elapsedMs: 7, backlog: 50 * looks++ })
  expect(await watchGuards([backlogAbove({ orders: 120 })], status, never)).toEqual({ guard: 'backlogAbove', reason: '150 events acked and not arrived, limit 120', atMs: 7 })
  expect(await watchGuards([backlogAbove({ orders: 120 })], () => calm, AbortSignal.timeout(20))).toBeUndefined()
  const broken = { name: 'broken', condition: '', watch: () => () => { throw new Error('no such number') } }
  expect(await watchGuards([broken], () => calm, never)).toMatchObject({ guard: 'broken', reason: 'the guard itself failed: no such number' })
})
