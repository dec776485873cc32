import { appendFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'

import { FloodmarkError } from '../../harness/errors.ts'
import { AttemptWriter, readAttempts } from '../../harness/history/attempt-file.ts'
import { attemptBytes } from '../../harness/history/attempts.ts'
import { temporaryFolder } from '../fixtures/load.ts'

it('reads back what was written, in order, again and again, while the writer goes on', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'attempts.bin')
  const writer = new AttemptWriter(path)
  expect([...readAttempts(path)]).toEqual([])
  // More than all chunks that may be on their way at once, in one go: the disk is waited for.
  const count = 100_000
  const attempt = (index: number) => ({ event: 2 ** 32 - 1 - index, sent: 7 * index, ended: 7 * index + 3, status: index % 600, number: index % 256, outcome: 1 + (index % 3) })
  for (let index = 0; index < count; index++) {
    const { event, sent, ended, status, number, outcome } = attempt(index)
    writer.append(event, sent, ended, status, number, outcome)
  }
  await writer.flush()
  writer.append(5, 1, 2, 503, 2, 2)
  await writer.close()
  expect((await stat(path)).size).toBe((count + 1) * attemptBytes)
  for (let reading = 0; reading < 2; reading++) {
    let index = 0
    for (const read of readAttempts(path)) {
      if (index % 997 === 0) expect(read).toEqual(attempt(index))
      if (index === count) expect(read).toEqual({ event: 5, sent: 1, ended: 2, status: 503, number: 2, outcome: 2 })
      index++
    }
    expect(index).toBe(count + 1)
  }
})

it('leaves out an attempt that a crash cut off', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'attempts.bin')
  const writer = new AttemptWriter(path)
  writer.append(1, 2, 3, 4, 5, 1)
  await writer.close()
  await appendFile(path, Buffer.alloc(attemptBytes - 1))
  expect(Array.from(readAttempts(path), ({ event }) => event)).toEqual([1])
})

it('says that the disk is full, and goes on saying so', async () => {
  const writer = new AttemptWriter('/dev/full')
  writer.append(1, 2, 3, 4, 5, 1)
  await expect(writer.flush()).rejects.toThrowError(FloodmarkError)
  await expect(writer.flush()).rejects.toMatchObject({ exit: 'unavailable', cause: { code: 'ENOSPC' } })
  await expect(writer.close()).rejects.toThrowError('/dev/full')
})
