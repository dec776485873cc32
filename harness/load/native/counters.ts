// Numbers of the part under way, written by one sender's thread alone and read by the main thread while it runs.
import type { EngineCounters } from '../engine.ts'

export const SENT = 0
export const ATTEMPTS = 1
/** How attempts ended. Of an event's attempts the first that was acked counts here, so these are events too; any other that was counts under ACKED_AGAIN. */
export const ACKED_ATTEMPTS = 2
export const REFUSED_ATTEMPTS = 3
export const INDETERMINATE_ATTEMPTS = 4
export const OPEN_ATTEMPTS = 5
export const WAITING_FOR_RETRY = 6
export const WAITED_FOR_SOCKET = 7
export const SUBSCRIPTIONS_REMOVED = 8
export const ACKED_AGAIN = 9
/** One for each of the history's `unsentReasons`. */
export const UNSENT = 10
const cells = UNSENT + 4

/** All zero: what a part starts with. */
export function createCounters(): Uint32Array<SharedArrayBuffer> {
  return new Uint32Array(new SharedArrayBuffer(cells * Uint32Array.BYTES_PER_ELEMENT))
}

/** The numbers of all threads together. */
export function readCounters(...threads: Uint32Array[]): EngineCounters {
  const [first, ...others] = threads
  const cells = others.length === 0 ? first : first.map((own, cell) => others.reduce((sum, other) => sum + other[cell], own))
  return {
    sent: cells[SENT],
    unsent: cells.subarray(UNSENT).reduce((sum, count) => sum + count, 0),
    attempts: cells[ATTEMPTS],
    acked: cells[ACKED_ATTEMPTS],
    refused: cells[REFUSED_ATTEMPTS],
    indeterminate: cells[INDETERMINATE_ATTEMPTS],
    open: cells[OPEN_ATTEMPTS],
    waitingForRetry: cells[WAITING_FOR_RETRY],
  }
}
