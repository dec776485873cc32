// How anything gets into the queue: published with a reply address, and done only when JetStream has answered that it is stored.
import { createInbox, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node'
import type { Queue } from './connection.ts'

/**
 * - `stored`: in the stream, or already there under the same message id.
 * - `refused`: provably not published, or the server said no. Nothing has happened.
 * - `unanswered`: sent, and no answer came: it may have happened.
 */
export type PublishOutcome = 'stored' | 'refused' | 'unanswered'

export interface PublisherOptions {
  queue: Queue
  /** How long an answer may take. */
  timeoutMs: number
  /** Bounds on what is published and not yet answered; beyond them publishing is refused. */
  maxInFlight: number
  maxInFlightBytes: number
}

interface Pending {
  deadlineMs: number
  bytes: number
  done: (outcome: PublishOutcome) => void
}

interface Outgoing {
  token: string
  subject: string
  head: MsgHdrs
  body: Uint8Array
}

const sweepEveryMs = 50
/** A server that answers nothing for so long, though asked, would keep whoever comes next waiting for the whole timeout: a full disk does that to it, or a pause. */
const silenceMs = 1_000
/** So many at a time find out when it answers again. */
const triesInSilence = 8
// A write costs more than all else about a message, here, in the server and in whatever is between: two milliseconds of a webhook's time buy several in one.
const gatherMs = 2

/**
 * Publishes with many in flight at little cost: one subscription takes all answers, one map holds who waits for them, one timer finds those that
 * have waited too long, and what is published within two milliseconds leaves in one write. A request of the client's own costs two promises,
 * a timer and a write each.
 */
export class Publisher {
  readonly #options: PublisherOptions
  /** In the order of their deadlines, since all wait equally long. */
  readonly #pending = new Map<string, Pending>()
  readonly #sweeper: NodeJS.Timeout
  readonly #inbox = createInbox()
  #outgoing: Outgoing[] = []
  #isListening = false
  #next = 0
  #bytes = 0
  /** Sweeps since anything was answered, with somebody waiting all the time. A process that stood still itself has not swept either. */
  #silentSweeps = 0

  constructor(options: PublisherOptions) {
    this.#options = options
    options.queue.onUp(connection => {
      this.#silentSweeps = 0
      this.#listen(connection)
    })
    // What was on its way when the connection went may have arrived, and its answer never will.
    options.queue.onDown(() => this.#settleAll('unanswered'))
    this.#sweeper = setInterval(() => this.#sweep(), sweepEveryMs).unref()
  }

  get inFlight(): number {
    return this.#pending.size
  }

  get isFull(): boolean {
    return this.#pending.size >= this.#options.maxInFlight || this.#bytes >= this.#options.maxInFlightBytes
  }

  get #isSilent(): boolean {
    return this.#silentSweeps > silenceMs / sweepEveryMs
  }

  /** Largest message, head included, that the server takes; undefined while it is away. */
  get maxMessageBytes(): number | undefined {
    return this.#options.queue.up()?.info?.max_payload
  }

  /** Publishes, and calls `done` once: later, or within this call if it is refused at once. */
  publish(subject: string, head: MsgHdrs, body: Uint8Array, done: (outcome: PublishOutcome) => void): void {
    if (this.#options.queue.up() === undefined || this.isFull) return done('refused')
    if (this.#isSilent && this.#pending.size >= triesInSilence) return done('refused')
    const token = (this.#next++).toString(36)
    this.#bytes += body.length
    this.#pending.set(token, { deadlineMs: performance.now() + this.#options.timeoutMs, bytes: body.length, done })
    if (this.#outgoing.push({ token, subject, head, body }) === 1) setTimeout(() => this.#send(), gatherMs)
  }

  /** The same as a promise, for where it is not done thousands of times a second. */
  publishOne(subject: string, head: MsgHdrs, body: Uint8Array): Promise<PublishOutcome> {
    return new Promise(resolve => this.publish(subject, head, body, resolve))
  }

  close(): void {
    clearInterval(this.#sweeper)
    this.#settleAll('unanswered')
  }

  #listen(connection: NatsConnection): void {
    // The client itself renews the subscription after each reconnect.
    if (this.#isListening) return
    this.#isListening = true
    connection.subscribe(`${this.#inbox}.*`, { callback: (error, message) => void (error === null && this.#answered(message)) })
  }

  #send(): void {
    const outgoing = this.#outgoing
    this.#outgoing = []
    const connection = this.#options.queue.up()
    for (const { token, subject, head, body } of outgoing) {
      // Settled in between: the connection went, or this was closed.
      const pending = this.#pending.get(token)
      if (pending === undefined) continue
      try {
        connection?.publish(subject, body, { headers: head, reply: `${this.#inbox}.${token}` })
      } catch {
        // The client checks before it sends: nothing has left.
        this.#settle(token, pending, 'refused')
      }
    }
  }

  #answered(message: Msg): void {
    this.#silentSweeps = 0
    const token = message.subject.slice(this.#inbox.length + 1)
    const pending = this.#pending.get(token)
    if (pending !== undefined) this.#settle(token, pending, outcomeOf(message))
  }

  #sweep(): void {
    const nowMs = performance.now()
    // What has become silent stays so until it answers.
    if (this.#pending.size > 0 || this.#isSilent) this.#silentSweeps++
    else this.#silentSweeps = 0
    for (const [token, pending] of this.#pending) {
      if (pending.deadlineMs > nowMs) return
      this.#settle(token, pending, 'unanswered')
    }
  }

  #settleAll(outcome: PublishOutcome): void {
    for (const [token, pending] of this.#pending) this.#settle(token, pending, outcome)
  }

  #settle(token: string, pending: Pending, outcome: PublishOutcome): void {
    this.#pending.delete(token)
    this.#bytes -= pending.bytes
    pending.done(outcome)
  }
}

/** An empty answer is the server's "no responders": there is no such stream. Otherwise a PubAck, or an error in its place; both mean that nothing was stored. */
function outcomeOf(message: Msg): PublishOutcome {
  if (message.data.length === 0) return 'refused'
  const answer: { stream?: string; error?: unknown } = message.json()
  return answer.stream !== undefined && answer.error === undefined ? 'stored' : 'refused'
}
