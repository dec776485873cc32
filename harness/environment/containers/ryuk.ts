// Arranging in containers, before the first one starts: whether Testcontainers' reaper stands beside floodmark's own watchdog, as a second who removes what a killed run leaves.
import { imageOf } from '../images/images.ts'
import { ensureImages, type PullOptions } from './pull.ts'
import { FloodmarkError } from '../../errors.ts'

const disabled = 'TESTCONTAINERS_RYUK_DISABLED'
/** Its image has 10 MB. No run is refused for want of it, so none waits longer than this either. */
const pullLimitMs = 30_000

/** Switches Ryuk off for this process where its image neither is there nor can be pulled; Testcontainers reads that when it starts its first container. */
export async function settleRyuk(options: Omit<PullOptions, 'limitMs'>): Promise<void> {
  if (process.env[disabled] === 'true') return
  try {
    await ensureImages([imageOf('ryuk')], { ...options, limitMs: pullLimitMs })
  } catch (error) {
    if (!(error instanceof FloodmarkError) || error.exit !== 'unavailable') throw error
    process.env[disabled] = 'true'
    options.progress(`without Ryuk (${error.evidence.join('; ')}): floodmark's own watchdog removes what a killed run leaves`)
  }
}
