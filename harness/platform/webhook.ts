// One webhook as the bytes of an HTTP/1.1 request: head, signature, body, in the form of DOMAIN.md 1.2. Every engine that sends bytes takes them from here.
import { createHash, hash } from 'node:crypto'

import { ticksPerMs } from '../history/history.ts'
import { orderOf, topicOf, triggeredTick, type Plan } from '../plan/plan.ts'
import { writeBytes, writeText } from './bytes.ts'
import { createTimes, type Corpus } from './corpus.ts'

/** What a body, and the ids of its head, are taken from. */
export type WebhookSource = Pick<Corpus, 'writeBody' | 'maxBodyBytes' | 'writeEventId' | 'writeWebhookId'>

/** What the heads of all webhooks say alike. */
export const commonHeaders = { 'User-Agent': 'Shopify-Captain-Hook', 'Content-Type': 'application/json', 'X-Shopify-API-Version': '2026-10' } as const
const blockBytes = 64
const digestBytes = 32
/** Room before the body: a head is shorter unless the path or a shop's name is longer than any real one. */
const headBytes = 2_048

/**
 * Signs as Shopify does: base64(HMAC-SHA256(body, secret)). RFC 2104 spelled out as two one-shot hashes over prepared blocks, which costs
 * a third less than an Hmac object per webhook.
 */
export class Signer {
  readonly #inner = Buffer.alloc(blockBytes, 0x36)
  readonly #outer = Buffer.alloc(blockBytes + digestBytes, 0x5c)

  constructor(secret: string) {
    const bytes = Buffer.from(secret)
    const key = bytes.length > blockBytes ? createHash('sha256').update(bytes).digest() : bytes
    for (let at = 0; at < key.length; at++) {
      this.#inner[at] ^= key[at]
      this.#outer[at] ^= key[at]
    }
  }

  /** Base64 signature of `buffer[from, to)`. Overwrites the 64 bytes before `from`, so that what is hashed lies in one piece. */
  sign(buffer: Buffer, from: number, to: number): string {
    this.#inner.copy(buffer, from - blockBytes)
    this.#outer.write(hash('sha256', buffer.subarray(from - blockBytes, to), 'binary'), blockBytes, digestBytes, 'latin1')
    return hash('sha256', this.#outer, 'base64')
  }
}

/** Writes webhooks, each into a buffer of the caller's. */
export class WebhookWriter {
  readonly #plan: Plan
  readonly #source: WebhookSource
  #signer: Signer
  /** Of a head: up to the body's length, by topic; the line that names the shop, by shop; and the rest, which has one length and holes. */
  readonly #starts: readonly Buffer[]
  readonly #shopLines: readonly Buffer[]
  readonly #end = cutHeadEnd()
  readonly #timeOf = createTimes()

  constructor(plan: Plan, source: WebhookSource, url: URL, secret: string) {
    this.#plan = plan
    this.#source = source
    this.#signer = new Signer(secret)
    this.#starts = plan.topics.map(topic => Buffer.from([
      `POST ${url.pathname}${url.search} HTTP/1.1`, `Host: ${url.host}`, ...Object.entries(commonHeaders).map(([name, value]) => `${name}: ${value}`),
      `X-Shopify-Topic: ${topic}`, 'Content-Length: ',
    ].join('\r\n')))
    this.#shopLines = plan.shops.map(shop => Buffer.from(`\r\nX-Shopify-Shop-Domain: ${shop}`))
  }

  /** Room for any request of the plan. */
  newBuffer(): Buffer {
    return Buffer.allocUnsafeSlow(headBytes + this.#source.maxBodyBytes)
  }

  /**
   * The whole request of one event, as a part of the buffer that it is written into (`newBuffer`). `startedWallMs` is the wall-clock start of the event's part: `created_at`
   * is the instant at which it happened, so that a retry, a late webhook and the platform's repeat carry the same payload. A repeat has a webhook id of its own.
   */
  write(into: Buffer, event: number, startedWallMs: number, isRepeat = false): Buffer {
    const plan = this.#plan
    const createdMs = startedWallMs + triggeredTick(plan, event) / ticksPerMs
    const bodyBytes = this.#source.writeBody(event, createdMs, into, headBytes)
    const signature = this.#signer.sign(into, headBytes, headBytes + bodyBytes)
    // The head ends where the body begins, over the block that signing left there.
    const endAt = headBytes - this.#end.bytes.length
    into.set(this.#end.bytes, endAt)
    writeText(into, endAt + this.#end.signature, signature)
    this.#source.writeWebhookId(event, isRepeat, into, endAt + this.#end.webhookId)
    this.#source.writeEventId(orderOf(plan, event), into, endAt + this.#end.eventId)
    writeBytes(into, endAt + this.#end.triggeredAt, this.#timeOf(createdMs))
    return into.subarray(this.#writeStart(into, endAt, event, String(bodyBytes)), headBytes + bodyBytes)
  }

  /** From the next request on. */
  signWith(secret: string): void {
    this.#signer = new Signer(secret)
  }

  /** Writes a head up to its end, and returns where it begins. */
  #writeStart(into: Buffer, endAt: number, event: number, bodyBytes: string): number {
    const start = this.#starts[topicOf(this.#plan, event)]
    const shopLine = this.#shopLines[this.#plan.shop[event]]
    const shopAt = endAt - shopLine.length
    const from = shopAt - bodyBytes.length - start.length
    if (from < 0) throw new RangeError(`the head of event ${event} takes ${headBytes - from} bytes, more than ${headBytes}`)
    into.set(start, from)
    writeText(into, shopAt - bodyBytes.length, bodyBytes)
    into.set(shopLine, shopAt)
    return from
  }
}

/** The lines of a head whose values have one length each, and where those stand. */
function cutHeadEnd(): { bytes: Buffer; signature: number; webhookId: number; eventId: number; triggeredAt: number } {
  let text = ''
  const hole = (name: string, width: number): number => {
    text += `\r\n${name}: `
    const at = text.length
    text += ' '.repeat(width)
    return at
  }
  const holes = { signature: hole('X-Shopify-Hmac-Sha256', 44), webhookId: hole('X-Shopify-Webhook-Id', 36), eventId: hole('X-Shopify-Event-Id', 36), triggeredAt: hole('X-Shopify-Triggered-At', 24) }
  return { ...holes, bytes: Buffer.from(`${text}\r\n\r\n`) }
}
