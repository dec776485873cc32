// A webhook as it travels: names of the headers it came with, and the head it has in the queue.
import type { Msg, MsgHdrs } from '@nats-io/transport-node'

/** Headers of the platform that are carried on, as Node spells them on arrival and as they are written in the queue. */
export const carried = [
  ['x-shopify-shop-domain', 'X-Shopify-Shop-Domain'],
  ['x-shopify-topic', 'X-Shopify-Topic'],
  ['x-shopify-webhook-id', 'X-Shopify-Webhook-Id'],
  ['x-shopify-event-id', 'X-Shopify-Event-Id'],
  ['x-shopify-triggered-at', 'X-Shopify-Triggered-At'],
] as const

/** Says that a message was not sent by the platform but put in the queue by the reconciler. */
export const sourceHeader = 'Pipeline-Source'
/** How often a message has been brought back from the dead letters. */
export const redrivesHeader = 'Pipeline-Redrives'
/** Why a message is among the dead letters. */
export const reasonHeader = 'Pipeline-Reason'
const messageIdHeader = 'Nats-Msg-Id'

const shopDomain = /^[a-z0-9][a-z0-9.-]{0,253}$/i
const topicName = /^[a-z_]{1,64}\/[a-z_]{1,64}$/
const correlation = /^[\w.:+/=-]{1,128}$/

/** Who a webhook speaks of, by its headers. */
export interface Envelope {
  shop: string
  topic: string
  /** The merchant's action, if the platform named it. */
  eventId: string | undefined
  /** Goes with the webhook through queue, logs and destination: its webhook id. */
  correlationId: string | undefined
  fromReconciliation: boolean
}

/** Whether a shop and a topic are such as the ledger and a subject can hold. */
export function isNamed(shop: string | undefined, topic: string | undefined): boolean {
  return shop !== undefined && topic !== undefined && shopDomain.test(shop) && topicName.test(topic)
}

/** The text if it is a plain word of bounded length, fit to be logged, stored and sent on. */
export function plainWord(text: string | undefined): string | undefined {
  return text !== undefined && correlation.test(text) ? text : undefined
}

/** The envelope of a queued message; undefined where it names no shop or topic. Goes through the head once: each look-up by name would cost as much. */
export function readEnvelope(message: Msg): Envelope | undefined {
  let shop: string | undefined
  let topic: string | undefined
  let eventId: string | undefined
  let correlationId: string | undefined
  let source: string | undefined
  for (const [name, [value]] of message.headers ?? []) {
    if (name === 'X-Shopify-Shop-Domain') shop = value
    else if (name === 'X-Shopify-Topic') topic = value
    else if (name === 'X-Shopify-Event-Id') eventId = plainWord(value)
    else if (name === 'X-Shopify-Webhook-Id') correlationId = plainWord(value)
    else if (name === sourceHeader) source = value
  }
  if (shop === undefined || topic === undefined || !isNamed(shop, topic)) return undefined
  return { shop, topic, eventId, correlationId, fromReconciliation: source === 'reconciliation' }
}

/**
 * A head with these values; `messageId` is what JetStream tells repeats by. Written out here, since of a head the client asks no more than its bytes and
 * its own head, a map of lists with every name checked and respelled, costs eight times as much. Values must not hold line breaks.
 */
export function makeHead(messageId: string | undefined, values: Iterable<readonly [string, string]>): MsgHdrs {
  let text = messageId === undefined ? 'NATS/1.0\r\n' : `NATS/1.0\r\n${messageIdHeader}: ${messageId}\r\n`
  for (const [name, value] of values) text += `${name}: ${value}\r\n`
  const bytes = Buffer.from(`${text}\r\n`)
  return { encode: () => bytes } as unknown as MsgHdrs
}
