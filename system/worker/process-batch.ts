// A batch from message to ack: read, written to the ledger, relayed, written down as relayed, and only then acked.
import type { Pool } from 'pg'
import type { Publisher } from '../queue/publisher.ts'
import { UnreadableOrder } from '../order/read-order.ts'
import { plainWord } from '../order/webhook.ts'
import type { Logger } from '../service/lifecycle.ts'
import { untilItSucceeds, type Dependency } from '../service/patience.ts'
import { deadLetter } from './dead-letters.ts'
import type { Destination } from './destination.ts'
import type { Held, HeldMessages } from './held-messages.ts'
import { readItem, type Item } from './item.ts'
import { recordDeliveries, recordOrders } from './ledger.ts'
import type { WorkerMetrics } from './metrics.ts'

export interface ProcessOptions {
  held: HeldMessages
  ledger: Pool
  destinations: readonly Destination[]
  publisher: Publisher
  dependencies: { ledger: Dependency; queue: Dependency }
  /** A message delivered this often has met as many crashes: it becomes a dead letter. */
  maxDeliver: number
  metrics: WorkerMetrics
  log: Logger
  /** Ends all waiting. What was not acked by then is redelivered to another worker. */
  signal: AbortSignal
}

// What a fault of our own leaves unfinished is not tried again at once.
const giveBackMs = 1_000

/** Processes batches. The returned function never rejects: whatever happens to a batch, its messages are acked, dead-lettered, given back or left to redelivery. */
export function createBatchProcessor(options: ProcessOptions): (batch: readonly Held[]) => Promise<void> {
  const { held, ledger, destinations, dependencies, metrics, log, signal } = options

  return async batch => {
    try {
      const items = readBatch(batch)
      if (items.length === 0) return
      const delivered = await untilItSucceeds(() => recordOrders(ledger, items), dependencies.ledger, signal)
      const refused = await Promise.all(destinations.map(destination => relayTo(destination, items, delivered.get(destination.name))))
      finish(items, new Set(refused.flat()))
    } catch (error) {
      if (signal.aborted) return
      log.error({ err: error }, 'batch failed')
      for (const one of batch) held.giveBack(one, giveBackMs)
    }
  }

  /** The items of a batch, each event once; what cannot be read goes its own way without holding up the others. */
  function readBatch(batch: readonly Held[]): Item[] {
    const items = new Map<string, Item>()
    for (const one of batch) {
      try {
        if (one.deliveries >= options.maxDeliver) throw new UnreadableOrder(`delivered ${one.deliveries} times without success`)
        const item = readItem(one)
        const before = items.get(item.messageId)
        if (before === undefined) items.set(item.messageId, item)
        else before.held.push(one)
      } catch (error) {
        if (!(error instanceof UnreadableOrder)) throw error
        void bury(one, error.message)
      }
    }
    return [...items.values()]
  }

  /** Relays what this destination has not answered for yet. Returns what it will never take. */
  async function relayTo(destination: Destination, items: readonly Item[], before: ReadonlySet<string> | undefined): Promise<Item[]> {
    const owed = before === undefined ? items : items.filter(item => !before.has(item.messageId))
    metrics.alreadyRelayed(items.length - owed.length)
    if (owed.length === 0) return []
    const refused = await destination.relay(owed, signal)
    const taken = refused.length === 0 ? owed : owed.filter(item => !refused.includes(item))
    if (taken.length > 0) await untilItSucceeds(() => recordDeliveries(ledger, destination.name, taken), dependencies.ledger, signal)
    metrics.relayed(destination.name, taken.length)
    return refused
  }

  function finish(items: readonly Item[], refused: ReadonlySet<Item>): void {
    const nowMs = Date.now()
    for (const item of items) {
      for (const one of item.held) {
        if (refused.has(item)) {
          void bury(one, 'refused by a destination')
          continue
        }
        held.ack(one)
        metrics.processed((nowMs - one.storedAtMs) / 1_000)
        log.debug({ correlationId: item.envelope.correlationId, messageId: item.messageId }, 'processed')
      }
    }
  }

  /** Acked only once it lies among the dead letters. */
  async function bury(one: Held, reason: string): Promise<void> {
    const correlationId = plainWord(one.message.headers?.get('X-Shopify-Webhook-Id'))
    try {
      await untilItSucceeds(() => deadLetter(options.publisher, one, reason), dependencies.queue, signal)
      held.ack(one)
      metrics.deadLettered()
      log.warn({ correlationId, reason }, 'dead letter')
    } catch (error) {
      if (!signal.aborted) log.error({ err: error, correlationId }, 'dead letter failed')
    }
  }
}
