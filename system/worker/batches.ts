// Gathers messages into batches: full ones at once, others after a short wait, a bounded number of them on their way.
import type { Held } from './held-messages.ts'

export interface BatchesOptions {
  /** Events in a batch at most: also those of one request to a destination. */
  size: number
  /** How long the first message of a batch may wait for others. */
  lingerMs: number
  /** Batches on their way at a time. */
  maxInFlight: number
  /** Must not reject. */
  process: (batch: readonly Held[]) => Promise<void>
}

/** What waits here is bounded by what the worker holds (`HeldMessages`); this only decides when it goes on. */
export class Batches {
  readonly #options: BatchesOptions
  #waiting: Held[] = []
  #inFlight = 0
  #linger: NodeJS.Timeout | undefined

  constructor(options: BatchesOptions) {
    this.#options = options
  }

  get inFlight(): number {
    return this.#inFlight
  }

  add(held: Held): void {
    this.#waiting.push(held)
    if (this.#waiting.length >= this.#options.size) this.#dispatch(this.#options.size)
    else this.#linger ??= setTimeout(() => this.#lingered(), this.#options.lingerMs)
  }

  #lingered(): void {
    this.#linger = undefined
    this.#dispatch(1)
  }

  /** Sends batches off while at least `enough` messages wait and there is room. */
  #dispatch(enough: number): void {
    while (this.#waiting.length >= enough && this.#inFlight < this.#options.maxInFlight) {
      const batch = this.#waiting.slice(0, this.#options.size)
      this.#waiting = this.#waiting.slice(this.#options.size)
      this.#inFlight++
      void this.#options.process(batch).then(() => {
        this.#inFlight--
        // Whatever waits has waited for this: its linger may be over.
        this.#dispatch(this.#linger === undefined ? 1 : this.#options.size)
      })
    }
  }
}
