// What a listed order owes: one event for each topic that the app subscribes to and the order's state implies.
import { messageIdOf, type Identity } from '../order/identity.ts'
import { readOrder, type Order } from '../order/read-order.ts'

export interface OwedEvent extends Identity {
  messageId: string
  createdAt: string
  /** Start of the hour that it counts in, ISO 8601. */
  hourStart: string
  /** The order as the platform listed it. */
  text: string
}

const implied: Readonly<Record<string, (order: Order) => boolean>> = {
  'orders/create': () => true,
  // Sent for nearly every change, creation and payment among them.
  'orders/updated': () => true,
  'orders/paid': order => order.financialStatus === 'paid',
  'orders/fulfilled': order => order.fulfillmentStatus === 'fulfilled',
  'orders/cancelled': order => order.cancelledAt !== undefined,
}

/** Topics whose events can be told from an order's state. */
export const reconcilableTopics = Object.keys(implied)

/** The events of one listed order. Throws `UnreadableOrder`. */
export function owedEvents(shop: string, text: string, topics: readonly string[], hourMs: number): OwedEvent[] {
  const order = readOrder(text)
  const hourStart = new Date(Math.floor(Date.parse(order.createdAt) / hourMs) * hourMs).toISOString()
  return topics.filter(topic => implied[topic]?.(order)).map(topic => {
    const identity = { shop, orderId: order.id, topic }
    return { ...identity, messageId: messageIdOf(identity), createdAt: order.createdAt, hourStart, text }
  })
}
