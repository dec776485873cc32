/**
 * Attempts after an event's first, on disk as they happen: `attempts.bin`, a file a sender thread, 16 bytes each, little endian.
 * Offsets: 0 u32 event, 4 u32 sent tick, 8 u32 ended tick, 12 u16 status, 14 u8 attempt number (2 is the first retry), 15 u8 outcome.
 */
export const attemptBytes = 16

export interface Attempt {
  event: number
  /** 1 is the first try. */
  number: number
  sent: number
  ended: number
  status: number
  outcome: number
}
