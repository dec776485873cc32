import { expect, test } from 'vitest'
import { twoLooksMs, watchTimes, watchTrials, type Trial } from '../../harness/faults/trials.ts'

/** A watch whose trials come out as told, one after the other. */
function watchOf(outcomes: (boolean | undefined)[], share?: number) {
  const left = [...outcomes]
  return watchTrials({ before: 'well', one: async (): Promise<Trial> => ({ hit: left.shift(), text: 'silent' }), ...(share === undefined ? {} : { share }) })
}

const times = (count: number, hit: boolean | undefined): (boolean | undefined)[] => Array.from({ length: count }, () => hit)
const divided = [...times(3, true), ...times(5, false)]

test('for all connections: all of three, twice in a row', async () => {
  const watch = watchOf([true, true, true, true, true, true])
  expect(await watch.look('')).toBeUndefined()
  expect(await watch.look('')).toEqual({ by: 'probe', evidence: 'silent; all 3 new connections, twice in a row' })
})

test.each([[[true, true, true, false, true, true, true, true, true]], [[true, false, true, true, true, true]], [[true, true, undefined, true, true, true]]])('%j is nothing yet', async outcomes => {
  const watch = watchOf(outcomes)
  for (let look = 0; look < outcomes.length / 3; look += 1) expect(await watch.look('')).toBeUndefined()
})

test('for a share: twice some are hit, and the others clearly not', async () => {
  expect(await watchOf([...times(8, false), ...divided, ...times(8, true), ...divided], 0.3).look('')).toEqual({ by: 'probe', evidence: 'silent; 6 of 16 new connections' })
})

test.each([['none', times(64, false)], ['all of them', times(64, true)], ['some, the others hard to tell', [...times(30, true), ...times(34, undefined)]], ['one batch', [...divided, ...times(56, false)]]])('%s is no share', async (_, outcomes) => {
  expect(await watchOf(outcomes, 0.3).look('')).toBeUndefined()
})

test('a time has grown, has not, or lies between', async () => {
  const measured = [12, 10, 11, 14, 13, 111, 150, 150, 111, 150, 150]
  const watch = await watchTimes({ what: 'round trip', measureMs: async () => measured.shift()!, addedMs: 160 })
  expect(watch.before).toBe('round trip 10.0 ms')
  await watch.look('')
  expect(await watch.look('')).toEqual({ by: 'probe', evidence: 'round trip 111.0 ms, 10.0 ms before; all 3 new connections, twice in a row' })

  const spread = [10, 10, 10, 10, 10, ...Array.from({ length: 64 }, (_, index) => (index % 2 === 0 ? 120 : 60))]
  const stalled = await watchTimes({ what: 'round trip', measureMs: async () => spread.shift()!, addedMs: 160, share: 0.5 })
  expect(await stalled.look('')).toBeUndefined()
})

test('the rarer a share divides a batch, the longer it takes to be seen', () => {
  expect(twoLooksMs(500)).toBe(1_500)
  expect(twoLooksMs(500, 0.5)).toBeLessThan(1_600)
  expect(twoLooksMs(500, 0.05)).toBeGreaterThan(3_000)
})
