// Events whose last attempt failed, by the instant their next one is due. From here a retry storm arises by itself.
import { draw } from '../../plan/draw.ts'
import type { RetryPolicy } from '../../platform/retry-policy.ts'

/** Sets the draws of the jitter apart from all others of the seed; the attempt's number is added. */
const jitterPurpose = 0x9b05688c

/** Scaled delay in ms between the end of an event's failed attempt (1 is its first) and its next one, or undefined where its retries are used up. */
export function retryDelayMs(policy: RetryPolicy, timeScale: number, seed: number, event: number, attempt: number): number | undefined {
  const delayMs = policy.delaysMs[attempt - 1]
  if (delayMs === undefined) return undefined
  const share = draw(seed, jitterPurpose + attempt, event) / 2 ** 32
  return (delayMs * (1 + policy.jitter * (2 * share - 1))) / timeScale
}

/** A binary heap over typed arrays: at most one entry an event. Ties go to the lower event, so that an order of retries is reproducible. */
export class RetrySchedule {
  size = 0
  #dueMs = new Float64Array(1_024)
  #events = new Uint32Array(1_024)

  /** When the earliest is due on the shared monotonic clock, ms; Infinity where there is none. */
  get nextDueMs(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : this.#dueMs[0]
  }

  add(event: number, dueMs: number): void {
    if (this.size === this.#events.length) this.#grow()
    this.#set(this.size, event, dueMs)
    this.#raise(this.size++)
  }

  /** Takes the earliest out, which there must be. */
  take(): number {
    const event = this.#events[0]
    this.size--
    this.#set(0, this.#events[this.size], this.#dueMs[this.size])
    this.#sink(0)
    return event
  }

  /** Drops every event that `keeps` does not want. */
  filter(keeps: (event: number) => boolean): void {
    let kept = 0
    for (let at = 0; at < this.size; at++) if (keeps(this.#events[at])) this.#set(kept++, this.#events[at], this.#dueMs[at])
    this.size = kept
    for (let at = (kept >>> 1) - 1; at >= 0; at--) this.#sink(at)
  }

  #set(at: number, event: number, dueMs: number): void {
    this.#events[at] = event
    this.#dueMs[at] = dueMs
  }

  #raise(from: number): void {
    let at = from
    while (at > 0) {
      const parent = (at - 1) >>> 1
      if (!this.#isBefore(at, parent)) return
      this.#swap(at, parent)
      at = parent
    }
  }

  #sink(from: number): void {
    let at = from
    for (;;) {
      const left = 2 * at + 1
      if (left >= this.size) return
      const earlier = left + 1 < this.size && this.#isBefore(left + 1, left) ? left + 1 : left
      if (!this.#isBefore(earlier, at)) return
      this.#swap(at, earlier)
      at = earlier
    }
  }

  #isBefore(one: number, other: number): boolean {
    const difference = this.#dueMs[one] - this.#dueMs[other]
    return difference < 0 || (difference === 0 && this.#events[one] < this.#events[other])
  }

  #swap(one: number, other: number): void {
    const event = this.#events[one]
    const dueMs = this.#dueMs[one]
    this.#set(one, this.#events[other], this.#dueMs[other])
    this.#set(other, event, dueMs)
  }

  #grow(): void {
    const events = this.#events
    const dueMs = this.#dueMs
    this.#events = new Uint32Array(events.length * 2)
    this.#dueMs = new Float64Array(events.length * 2)
    this.#events.set(events)
    this.#dueMs.set(dueMs)
  }
}
