import { mustDurationMs } from '../scenario/duration.ts'
import type { Distribution } from '../scenario/system.ts'

/** z of the 99th percentile of a standard normal distribution. */
const z99 = 2.3263478740408408

/** Draws delays in ms: constant without `p99`, else log-normal with this median and 99th percentile. `random` is uniform in [0, 1). */
export function delaySampler(distribution: Distribution, random: () => number): () => number {
  const median = mustDurationMs(distribution.p50)
  if (distribution.p99 === undefined || median === 0) return () => median
  const sigma = Math.log(mustDurationMs(distribution.p99) / median) / z99
  return () => median * Math.exp(sigma * standardNormal(random))
}

/** Box and Muller's transform. */
function standardNormal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
