// The Admin API's rate limit, one leaky bucket a shop.
import { monotonicMs } from '../clock.ts'

export interface Bucket {
  size: number
  leakPerSecond: number
}

/** Shopify's REST limit for a standard shop (DOMAIN.md 1.6, graded D). Not shrunk by the time scale: it is weighed against work. */
export const standardBucket: Bucket = { size: 40, leakPerSecond: 2 }

interface CallLimit {
  /** Counts a call. `retryAfterMs` is 0 where it may go on, otherwise the time until the next one may. `used` is what the bucket holds now. */
  take(shop: number): { used: number; retryAfterMs: number }
}

export function createCallLimit(shops: number, { size, leakPerSecond }: Bucket): CallLimit {
  const levels = new Float64Array(shops)
  const takenAtMs = new Float64Array(shops)
  return {
    take(shop) {
      const nowMs = monotonicMs()
      const level = Math.max(0, levels[shop] - ((nowMs - takenAtMs[shop]) / 1_000) * leakPerSecond)
      const isFull = level + 1 > size
      levels[shop] = isFull ? level : level + 1
      takenAtMs[shop] = nowMs
      return { used: Math.ceil(levels[shop]), retryAfterMs: isFull ? ((level + 1 - size) / leakPerSecond) * 1_000 : 0 }
    },
  }
}
