// How punctual a client was, from what the receiving server noted: the arithmetic of part 2.

export interface Punctuality {
  /** Share of the requests that came within the tolerance after their planned instant. */
  onTime: number
  /** Of all, ms after the planned instant; of a client that does not say when it started, after its first percentile. */
  lagP99Ms: number
  /** Windows of 10 ms in which more came than half as much again as planned and three standard deviations of a Poisson process. */
  crowdedWindows: number
  windows: number
}

/** An event is on time if it comes, or leaves, at most so long after its planned instant. */
export const toleranceMs = 2
const windowMs = 10

/** Lags of a client that says when it started. */
export function punctualityOf(lagMs: Float64Array, arrivedMs: Float64Array, perSecond: number): Punctuality {
  const sorted = lagMs.toSorted()
  return { onTime: shareOnTime(sorted), lagP99Ms: at(sorted, 0.99), ...crowding(arrivedMs, perSecond) }
}

/**
 * Of a client that does not say when it started: its n-th arrival stands for its n-th planned instant, and of all starts the one counts with
 * which most of them are on time. That is the most that can be said in its favour; what it left out moves later ones forward, which this forgives too.
 */
export function bestPunctuality(arrivedMs: Float64Array, instantsMs: Float64Array, perSecond: number): Punctuality {
  const sorted = arrivedMs.map((arrived, n) => arrived - instantsMs[n]).toSorted()
  let [from, best] = [0, 0]
  for (let to = 0; to < sorted.length; to++) {
    while (sorted[to] - sorted[from] > toleranceMs) from++
    best = Math.max(best, to - from + 1)
  }
  return { onTime: best / sorted.length, lagP99Ms: at(sorted, 0.99) - at(sorted, 0.01), ...crowding(arrivedMs, perSecond) }
}

function crowding(arrivedMs: Float64Array, perSecond: number): { crowdedWindows: number; windows: number } {
  const planned = (perSecond / 1_000) * windowMs
  const bound = 1.5 * planned + 3 * Math.sqrt(planned)
  const windows = new Uint32Array(Math.floor((arrivedMs[arrivedMs.length - 1] - arrivedMs[0]) / windowMs) + 1)
  for (const arrived of arrivedMs) windows[Math.floor((arrived - arrivedMs[0]) / windowMs)]++
  return { crowdedWindows: windows.reduce((sum, count) => sum + (count > bound ? 1 : 0), 0), windows: windows.length }
}

/** Of lags in order. */
export function shareOnTime(sorted: Float64Array): number {
  return (sorted.findLastIndex(lag => lag <= toleranceMs) + 1) / sorted.length
}

function at(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
}
