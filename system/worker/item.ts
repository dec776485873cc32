// One event on its way through the worker: what was read from a message, and the message itself, to be acked at the end.
import { hash } from 'node:crypto'
import { messageIdOf } from '../order/identity.ts'
import { readOrder, UnreadableOrder, type Order } from '../order/read-order.ts'
import { readEnvelope, type Envelope } from '../order/webhook.ts'
import type { Held } from './held-messages.ts'

export interface Item {
  messageId: string
  envelope: Envelope
  order: Order
  /** Hex SHA-256 of the webhook's body. Undefined for what reconciliation put in, since that is not what the platform sent. */
  digest: string | undefined
  /** Usually one. Several when the same event came more than once into the same batch. */
  held: Held[]
}

/** Reads a message. Throws `UnreadableOrder` for what can never be processed. */
export function readItem(held: Held): Item {
  const { message } = held
  const envelope = readEnvelope(message)
  if (envelope === undefined) throw new UnreadableOrder('no shop or topic in its headers')
  const body = Buffer.from(message.data.buffer, message.data.byteOffset, message.data.length)
  const order = readOrder(body.toString())
  return {
    messageId: messageIdOf({ shop: envelope.shop, orderId: order.id, topic: envelope.topic }),
    envelope,
    order,
    digest: envelope.fromReconciliation ? undefined : hash('sha256', body, 'hex'),
    held: [held],
  }
}

const eventNames: Readonly<Record<string, string>> = {
  'orders/create': 'Order Completed',
  'orders/paid': 'Order Paid',
  'orders/fulfilled': 'Order Fulfilled',
  'orders/cancelled': 'Order Cancelled',
  'orders/updated': 'Order Updated',
}

/** The body of one request to a destination: a batch of track calls, each with the id that the destination tells repeats by. */
export function batchBody(items: readonly Item[]): string {
  return `{"batch":[${items.map(trackCall).join(',')}],"sentAt":"${new Date().toISOString()}"}`
}

function trackCall({ messageId, envelope, order, digest }: Item): string {
  return JSON.stringify({
    messageId,
    type: 'track',
    event: eventNames[envelope.topic] ?? envelope.topic,
    userId: order.customerId ?? 'guest',
    properties: {
      shop: envelope.shop,
      order_id: order.id,
      topic: envelope.topic,
      revenue: order.amount,
      currency: order.currency,
      source_event_id: envelope.eventId,
      correlation_id: envelope.correlationId,
      source_digest: digest,
    },
    timestamp: order.createdAt,
  })
}
