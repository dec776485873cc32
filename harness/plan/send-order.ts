// The order in which a plan's events are sent, where that is not the order of their ids.

const digitBits = 16
const digits = 1 << digitBits

/**
 * Places 0, 1, 2... of `ticks` by tick, of equals the lower place first. A radix sort in two passes of 16 bits: linear, since a comparator takes
 * seconds for what a plan can hold. The result stands in shared memory.
 */
export function placesByTick(ticks: Uint32Array): Uint32Array {
  const byLowDigit = new Uint32Array(ticks.length)
  const places = new Uint32Array(new SharedArrayBuffer(4 * ticks.length))
  for (let place = 0; place < ticks.length; place++) places[place] = place
  sortByDigit(ticks, 0, places, byLowDigit)
  sortByDigit(ticks, digitBits, byLowDigit, places)
  return places
}

/** Whether each tick is at least the one before it. */
export function isRising(ticks: Uint32Array): boolean {
  for (let place = 1; place < ticks.length; place++) if (ticks[place] < ticks[place - 1]) return false
  return true
}

/** One stable counting sort of `from` into `to`, by the 16 bits from `shift` on. */
function sortByDigit(ticks: Uint32Array, shift: number, from: Uint32Array, to: Uint32Array): void {
  const next = new Uint32Array(digits + 1)
  for (const place of from) next[((ticks[place] >>> shift) & (digits - 1)) + 1]++
  for (let digit = 0; digit < digits; digit++) next[digit + 1] += next[digit]
  for (const place of from) to[next[(ticks[place] >>> shift) & (digits - 1)]++] = place
}
