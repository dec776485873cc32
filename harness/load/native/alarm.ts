// Wakes the sender: one timer for all that is due next.
import { monotonicMs } from '../../clock.ts'

/**
 * A callback at the earliest instant that was asked for. Node's timers are 1 ms coarse, so an event leaves about half a millisecond late and rarely
 * more than 1.3; turning the loop until the exact instant would take a core from the system under test.
 */
export class Alarm {
  readonly #ring: () => void
  #atMs = Number.POSITIVE_INFINITY
  #timer: NodeJS.Timeout | undefined
  #immediate: NodeJS.Immediate | undefined

  constructor(ring: () => void) {
    this.#ring = () => {
      this.clear()
      ring()
    }
  }

  /** Rings at `atMs` of the shared monotonic clock or before; never, where it is Infinity. */
  setBy(atMs: number): void {
    if (atMs >= this.#atMs) return
    clearTimeout(this.#timer)
    this.#atMs = atMs
    this.#timer = setTimeout(this.#ring, Math.max(1, Math.floor(atMs - monotonicMs())))
  }

  /** Whether it rings as soon as the sockets have been read. */
  get isSetNow(): boolean {
    return this.#immediate !== undefined
  }

  /** Rings as soon as the sockets have been read. */
  setNow(): void {
    this.#immediate ??= setImmediate(this.#ring)
  }

  clear(): void {
    clearTimeout(this.#timer)
    clearImmediate(this.#immediate)
    this.#immediate = undefined
    this.#atMs = Number.POSITIVE_INFINITY
  }
}
