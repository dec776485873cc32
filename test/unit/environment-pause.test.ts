import { expect, test, vi } from 'vitest'
import { pauseContainer } from '../../harness/environment/containers/pause-container.ts'

const refusal = (reason: string): Error => new Error(`(HTTP code 500) server error - Cannot pause container: ${reason}`)

test('a runtime that could not freeze it in time is asked again', async () => {
  const tooBusy = refusal('OCI runtime pause failed: unable to freeze: unknown')
  const pause = vi.fn<() => Promise<void>>(async () => {}).mockRejectedValueOnce(tooBusy).mockRejectedValueOnce(tooBusy)
  await pauseContainer({ pause })
  expect(pause).toHaveBeenCalledTimes(3)
})

test('whatever else is wrong is said at once', async () => {
  const pause = vi.fn<() => Promise<void>>(async () => Promise.reject(refusal('no such container')))
  await expect(pauseContainer({ pause })).rejects.toThrow('no such container')
  expect(pause).toHaveBeenCalledTimes(1)
})

test('one that never can is an error in the end', async () => {
  const pause = vi.fn<() => Promise<void>>(async () => Promise.reject(refusal('unable to freeze: unknown')))
  await expect(pauseContainer({ pause })).rejects.toThrow('unable to freeze')
  expect(pause).toHaveBeenCalledTimes(10)
})
