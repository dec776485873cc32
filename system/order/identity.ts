// The one name of an event that every stage agrees on, whichever way the event came in.
import { hash } from 'node:crypto'

/** What makes an event the same event: its order and its topic. A pipeline that relayed each `orders/updated` apart would add `updated_at` here. */
export interface Identity {
  shop: string
  orderId: string
  topic: string
}

/**
 * The message id of an event: primary key in the ledger and idempotency key at the destinations. A function of the identity alone (SHA-256 in the form
 * of a UUID, version 8), so that a webhook, its retries, a redelivery and a reconciliation of one order can never become two effects.
 */
export function messageIdOf({ shop, orderId, topic }: Identity): string {
  const hex = hash('sha256', `${shop}\n${orderId}\n${topic}`, 'hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
