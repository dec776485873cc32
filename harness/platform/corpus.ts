/**
 * The order corpus. Bodies are made once as templates by faker and patched per event by seed and index, so that any part of
 * the harness, in any thread or process, can say what event i looked like without storing it.
 */
import { hash } from 'node:crypto'
import { draw, purposes } from '../plan/draw.ts'
import { orderIds, uuidSpace } from './order-ids.ts'
import { amountSpread, amountText } from './order-resource.ts'
import { makeTemplates, writeOrder, type OrderPatch, type OrderTemplate } from './order-template.ts'

export interface CorpusSettings {
  seed: number
  shops: readonly string[]
  topics: readonly string[]
}

/** One order in this many is a large one: a wholesale basket of 20 to 60 KB. Inferred; staff spoke of bodies past 1 MB (DOMAIN.md 1.2). */
const largeEvery = 200
const firstOrderNumber = 10 ** 9

/** All of an order's body but the time. */
export interface OrderRecipe extends Omit<OrderPatch, 'time'> {
  template: number
}

export interface Corpus {
  /** Longest body that `writeBody` can write. */
  readonly maxBodyBytes: number
  /**
   * Writes the JSON of an event's order and returns its bytes: the same for the same event and time, always. It begins with `{"id":<order id>,` and
   * is what `JSON.stringify` makes of it again. `createdAtWallMs`, cut to whole ms, is when the event happened by the plan and stands in every timestamp.
   */
  writeBody(event: number, createdAtWallMs: number, target: Buffer, offset: number): number
  /** What bodies are made of and with, for a sender in another language: a recipe's `template` is its index here. */
  readonly templates: readonly OrderTemplate[]
  recipeOf(order: number): OrderRecipe
  /** Hex SHA-256 of the event's body. */
  bodyDigest(event: number, createdAtWallMs: number): string
  /** The order as the Admin API lists it: the bytes of its first topic's webhook. */
  orderJson(order: number, createdAtWallMs: number): string
  /** Sixteen digits, rising with the order, exact as a JSON number. */
  orderId(order: number): string
  /** X-Shopify-Event-Id: one for all topics of an order. */
  eventId(order: number): string
  /** X-Shopify-Webhook-Id: one for each event, the same on every retry, and another on the platform's own repeat of it. */
  webhookId(event: number, isRepeat?: boolean): string
  /** Write these ids, 36 bytes each. */
  writeEventId(order: number, target: Buffer, at: number): void
  writeWebhookId(event: number, isRepeat: boolean, target: Buffer, at: number): void
  /** The order that an id names, or undefined for an id of another seed. The plan knows how many orders there are. */
  orderOfEventId(text: string): number | undefined
  orderOfOrderId(text: string): number | undefined
  /** The order's total as Shopify writes it: "123.45". */
  amount(order: number): string
  currency(order: number): string
  /** Whether an amount is the order's, as a number: "12.5" equals "12.50". False for what is no amount. */
  amountMatches(order: number, text: string): boolean
}

/** The corpus of a seed. Takes some tens of ms; after that a body costs about a microsecond. */
export function createCorpus({ seed, topics }: CorpusSettings): Corpus {
  const { small, large } = makeTemplates(seed, topics)
  const templates = [...small, ...large]
  const ids = orderIds(seed)
  const eventIds = uuidSpace(seed, purposes.eventId)
  const webhookIds = uuidSpace(seed, purposes.webhookId)
  const repeatIds = uuidSpace(seed, purposes.repeatWebhookId)
  const maxBodyBytes = Math.max(...templates.map(template => template.bytes.length))
  const scratch = Buffer.allocUnsafeSlow(maxBodyBytes)
  const timeOf = createTimes()

  function templateOf(order: number): number {
    const drawn = draw(seed, purposes.template, order)
    const place = Math.floor(drawn / largeEvery)
    return drawn % largeEvery === 0 ? small.length + (place % large.length) : place % small.length
  }

  function moreCents(order: number): number {
    return draw(seed, purposes.amount, order) % amountSpread
  }

  function totalCents(order: number): number {
    return templates[templateOf(order)].totalCents + moreCents(order)
  }

  function writeBody(event: number, createdAtWallMs: number, target: Buffer, offset: number): number {
    const order = Math.floor(event / topics.length)
    const patch = { id: ids.of(order), number: firstOrderNumber + order, time: timeOf(createdAtWallMs), moreCents: moreCents(order) }
    return writeOrder(templates[templateOf(order)], patch, target, offset)
  }

  return {
    maxBodyBytes,
    writeBody,
    templates,
    recipeOf: order => ({ template: templateOf(order), id: ids.of(order), number: firstOrderNumber + order, moreCents: moreCents(order) }),
    bodyDigest: (event, createdAtWallMs) => hash('sha256', scratch.subarray(0, writeBody(event, createdAtWallMs, scratch, 0)), 'hex'),
    orderJson: (order, createdAtWallMs) => scratch.toString('utf8', 0, writeBody(order * topics.length, createdAtWallMs, scratch, 0)),
    orderId: order => String(ids.of(order)),
    eventId: eventIds.of,
    webhookId: (event, isRepeat = false) => (isRepeat ? repeatIds : webhookIds).of(event),
    writeEventId: eventIds.write,
    writeWebhookId: (event, isRepeat, target, at) => (isRepeat ? repeatIds : webhookIds).write(event, target, at),
    orderOfEventId: eventIds.indexOf,
    orderOfOrderId: ids.orderOf,
    amount: order => amountText(totalCents(order)),
    currency: order => templates[templateOf(order)].currency,
    amountMatches: (order, text) => centsOf(text) === totalCents(order),
  }
}

function centsOf(text: string): number | undefined {
  const match = /^(\d{1,12})(?:\.(\d{1,2})0*)?$/.exec(text)
  return match ? Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0')) : undefined
}

/** ISO 8601 of a wall time, as bytes; the last one is remembered, since at a few thousand events a second several fall into each ms. */
export function createTimes(): (wallMs: number) => Buffer {
  let lastMs = Number.NaN
  let bytes = Buffer.alloc(0)
  return wallMs => {
    const ms = Math.floor(wallMs)
    if (ms !== lastMs) {
      lastMs = ms
      bytes = Buffer.from(new Date(ms).toISOString())
    }
    return bytes
  }
}
