// Asks JetStream for as many messages as the worker has room for, and never for more.
import { createInbox, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node'
import type { Queue } from '../queue/connection.ts'
import { webhookStream, workerConsumer } from '../queue/streams.ts'
import type { Held, HeldMessages } from './held-messages.ts'

export interface PullerOptions {
  queue: Queue
  held: HeldMessages
  /** Bound on what is held at a time. */
  maxHeld: number
  /** Makes streams and consumer; retried until it succeeds. */
  prepare: (connection: NatsConnection) => Promise<void>
  onMessage: (held: Held) => void
}

const pullSubject = `$JS.API.CONSUMER.MSG.NEXT.${webhookStream}.${workerConsumer}`
const largestPull = 500
const pullExpiresMs = 5_000
// A pull that ends without a word (a server that died, a link that swallows) is given up this long after it should have expired.
const silenceLimitMs = pullExpiresMs + 2_000
const joinAgainMs = 500

/**
 * Credit-based pulling: what is held and what has been asked for together never exceed `maxHeld`, so an outage downstream fills the worker up and then
 * leaves the rest in the queue. Pulls have one reply address each time the consumer is (re)joined; what still comes to an old one is redelivered.
 */
export class Puller {
  readonly #options: PullerOptions
  readonly #watchdog: NodeJS.Timeout
  #subscription: Subscription | undefined
  #requested = 0
  #heardAtMs = 0
  #stopped = false
  #joining = false
  #joined = false
  #later: NodeJS.Timeout | undefined

  constructor(options: PullerOptions) {
    this.#options = options
    options.held.onRelease = () => this.#refill()
    options.queue.onUp(() => this.#join())
    options.queue.onDown(() => void (this.#joined = false))
    this.#watchdog = setInterval(() => this.#checkSilence(), 1_000).unref()
  }

  /** Whether the consumer is there and delivers. */
  get isJoined(): boolean {
    return this.#joined
  }

  /** No message comes after this; what is held stays to be finished. */
  stop(): void {
    this.#stopped = true
    clearInterval(this.#watchdog)
    clearTimeout(this.#later)
    this.#subscription?.unsubscribe()
  }

  /** Streams and consumer may be gone after an outage of the server: they are made again before the first pull. */
  async #join(): Promise<void> {
    if (this.#joining || this.#stopped) return
    this.#joining = true
    this.#joined = false
    try {
      const connection = this.#options.queue.up()
      if (connection === undefined) return
      await this.#options.prepare(connection)
      this.#subscription?.unsubscribe()
      this.#subscription = connection.subscribe(createInbox(), { callback: (error, message) => void (error === null && this.#receive(message)) })
      this.#requested = 0
      this.#heardAtMs = performance.now()
      this.#joined = true
    } catch {
      this.#joinLater()
    } finally {
      this.#joining = false
    }
    this.#refill()
  }

  #receive(message: Msg): void {
    this.#heardAtMs = performance.now()
    if (!message.reply?.startsWith('$JS.ACK.')) return this.#ended(message)
    this.#requested = Math.max(0, this.#requested - 1)
    const held = this.#options.held.take(message)
    if (held !== undefined) this.#options.onMessage(held)
    this.#refill()
  }

  /** A pull has ended before it was filled. Timed out is the normal end on a quiet stream; anything else says that the consumer must be looked after. */
  #ended(status: Msg): void {
    const code = status.headers?.code
    const left = Number(status.headers?.get('Nats-Pending-Messages') || Number.NaN)
    if ((code === 408 || code === 404) && left >= 0) {
      this.#requested = Math.max(0, this.#requested - left)
      return this.#refill()
    }
    this.#joined = false
    this.#joinLater()
  }

  #joinLater(): void {
    clearTimeout(this.#later)
    this.#later = setTimeout(() => void this.#join(), joinAgainMs).unref()
  }

  #refill(): void {
    const connection = this.#options.queue.up()
    if (!this.#joined || this.#stopped || connection === undefined || this.#subscription === undefined) return
    const room = this.#options.maxHeld - this.#options.held.size - this.#requested
    // Half a pull at least, unless nothing is under way: many small pulls would cost more than they bring.
    if (room < largestPull / 2 && (this.#requested > 0 || room <= 0)) return
    const batch = Math.min(room, largestPull)
    this.#requested += batch
    connection.publish(pullSubject, JSON.stringify({ batch, expires: pullExpiresMs * 1_000_000 }), { reply: this.#subscription.getSubject() })
  }

  #checkSilence(): void {
    if (this.#joined && this.#requested > 0 && performance.now() - this.#heardAtMs > silenceLimitMs) void this.#join()
  }
}
