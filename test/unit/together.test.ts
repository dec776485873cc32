import { expect, test } from 'vitest'
import { sleep } from '../../harness/clock.ts'
import { runTogether } from '../together.ts'

const rows = (...needs: number[]) => needs.map((millicores, place) => ({ millicores, place }))

test('each begins as soon as there is room, in their order, and what needs more than there is runs alone', async () => {
  const now = new Set<number>()
  const seen: number[][] = []
  await runTogether(rows(1_000, 3_000, 500, 500, 1_000), 2_000, async ({ place }) => {
    now.add(place)
    seen.push([...now])
    await sleep(10 * (place + 1))
    now.delete(place)
  })
  expect(seen).toEqual([[0], [0, 2], [0, 2, 3], [2, 3, 4], [1]])
})

test('where one throws nothing more is begun, and what runs is waited for', async () => {
  const ended: number[] = []
  const together = runTogether(rows(1_000, 1_000, 1_000), 2_000, async ({ place }) => {
    if (place === 0) throw new Error('no more')
    await sleep(20)
    ended.push(place)
  })
  await expect(together).rejects.toThrow('no more')
  expect(ended).toEqual([1])
})
