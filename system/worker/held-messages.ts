// What the worker has received and not yet acked. Whatever is in here is the worker's to finish, however long a dependency is away.
import type { Msg } from '@nats-io/transport-node'
import type { Queue } from '../queue/connection.ts'

export interface Held {
  /** The stored message it is a delivery of: the same for each delivery of it. */
  readonly key: string
  readonly message: Msg
  /** How often it has been delivered, this time included. */
  readonly deliveries: number
  /** When JetStream stored it: ms since 1970. */
  readonly storedAtMs: number
  /** Where its ack goes. */
  reply: string
  /** Monotonic ms of the last sign of work. */
  aliveAtMs: number
}

const ack = Buffer.from('+ACK')
const working = Buffer.from('+WPI')

/**
 * Keeps what is held from being redelivered while it is worked on: a message older than a third of the ack wait is reported as work in progress, again
 * and again. So an outage of the ledger or a destination costs no redeliveries, and `max_deliver` counts only crashes.
 */
export class HeldMessages {
  readonly #queue: Queue
  readonly #extendAfterMs: number
  readonly #held = new Map<string, Held>()
  readonly #timer: NodeJS.Timeout
  /** Called when a message is let go of. */
  onRelease: () => void = () => {}

  constructor(queue: Queue, ackWaitMs: number) {
    this.#queue = queue
    this.#extendAfterMs = ackWaitMs / 3
    this.#timer = setInterval(() => this.#extend(), this.#extendAfterMs / 2).unref()
  }

  get size(): number {
    return this.#held.size
  }

  /** Takes a delivery in. Undefined if the message is held already: then it was redelivered while the queue could not hear of the work, and its ack goes to the new address. */
  take(message: Msg): Held | undefined {
    const delivery = readDelivery(message.reply ?? '')
    const before = this.#held.get(delivery.key)
    if (before !== undefined) {
      before.reply = message.reply ?? ''
      return undefined
    }
    const held = { ...delivery, message, reply: message.reply ?? '', aliveAtMs: performance.now() }
    this.#held.set(held.key, held)
    return held
  }

  /** Done with for good. If the ack is lost on its way, the redelivery is found done in the ledger. */
  ack(held: Held): void {
    this.#release(held, ack)
  }

  /** Gives it back, to be delivered again after the delay. */
  giveBack(held: Held, delayMs: number): void {
    this.#release(held, Buffer.from(delayMs > 0 ? `-NAK {"delay":${Math.round(delayMs) * 1_000_000}}` : '-NAK'))
  }

  all(): Held[] {
    return [...this.#held.values()]
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #release(held: Held, answer: Uint8Array): void {
    if (!this.#held.delete(held.key)) return
    this.#queue.up()?.publish(held.reply, answer)
    this.onRelease()
  }

  #extend(): void {
    const nowMs = performance.now()
    for (const held of this.#held.values()) {
      if (nowMs - held.aliveAtMs < this.#extendAfterMs) continue
      held.aliveAtMs = nowMs
      this.#queue.up()?.publish(held.reply, working)
    }
  }
}

/**
 * Reads `$JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<ns>.<pending>`, where newer servers put domain and account hash before
 * the stream. The time belongs to the key: a stream that was lost and made anew begins again at sequence 1.
 */
function readDelivery(reply: string): Pick<Held, 'key' | 'deliveries' | 'storedAtMs'> {
  const tokens = reply.split('.')
  const at = tokens.length > 9 ? 6 : 4
  return { key: `${tokens[at + 1]}.${tokens[at + 3]}`, deliveries: Number(tokens[at]), storedAtMs: Number(tokens[at + 3]) / 1e6 }
}
