// Requests that have been made and not written yet: what is due at once is made first and then written in one go.
import type { Connection } from './connection.ts'

/** Their buffers together stay in a core's cache. */
const capacity = 64

export interface OutboxOptions {
  newBuffer(): Buffer
  /** Makes the request of an event's attempt in a buffer, and returns the part of it that is the request. */
  write(event: number, number: number, into: Buffer): Buffer
}

/**
 * A write to a socket whose receiver sleeps pays for waking it, which on loopback can cost more than all else of a request. Between writes that follow each other at
 * once the receiver has no time to fall asleep, so that one of them pays for all.
 */
export class Outbox {
  readonly #options: OutboxOptions
  readonly #buffers: Buffer[]
  readonly #requests: Buffer[] = []
  readonly #connections: Connection[] = []

  constructor(options: OutboxOptions) {
    this.#options = options
    this.#buffers = Array.from({ length: capacity }, () => options.newBuffer())
  }

  /** Makes the request of the connection's attempt now; it leaves with the next flush. */
  add(connection: Connection): void {
    if (this.#connections.length === capacity) this.flush()
    this.#requests.push(this.#options.write(connection.event, connection.number, this.#buffers[this.#connections.length]))
    this.#connections.push(connection)
  }

  flush(): void {
    for (let place = 0; place < this.#connections.length; place++) {
      // Bytes that the kernel has not taken yet are left to the socket, which still reads them.
      if (!this.#connections[place].write(this.#requests[place])) this.#buffers[place] = this.#options.newBuffer()
    }
    this.#connections.length = 0
    this.#requests.length = 0
  }
}
