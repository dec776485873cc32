// What autocannon sends to an intake: signed webhooks, each of an event that the intake has not seen, as long as it asks for more.
import { orderOf, topicOf } from '../../plan/plan.ts'
import { createCorpus } from '../../platform/corpus.ts'
import { commonHeaders, Signer } from '../../platform/webhook.ts'

export interface WebhookStreamOptions {
  seed: number
  shops: readonly string[]
  topics: readonly string[]
  secret: string
  /** The first event that is sent: after what a warm-up has used. */
  from: number
}

export interface Webhook {
  headers: Record<string, string>
  body: Buffer
}

/** Room for the block that signing writes before a body. */
const signingBytes = 64

/** Returns the next webhook at every call. A repeated event would be found out as a duplicate and cost the system less than a new one. */
export function streamWebhooks({ seed, shops, topics, secret, from }: WebhookStreamOptions): () => Webhook {
  const corpus = createCorpus({ seed, shops, topics })
  const signer = new Signer(secret)
  const buffer = Buffer.allocUnsafeSlow(signingBytes + corpus.maxBodyBytes)
  const plan = { topics } as const
  let next = from
  return () => {
    const event = next++
    const nowMs = Date.now()
    const end = signingBytes + corpus.writeBody(event, nowMs, buffer, signingBytes)
    const headers = {
      ...commonHeaders,
      'X-Shopify-Topic': topics[topicOf(plan, event)],
      'X-Shopify-Shop-Domain': shops[event % shops.length],
      'X-Shopify-Hmac-Sha256': signer.sign(buffer, signingBytes, end),
      'X-Shopify-Webhook-Id': corpus.webhookId(event),
      'X-Shopify-Event-Id': corpus.eventId(orderOf(plan, event)),
      'X-Shopify-Triggered-At': new Date(nowMs).toISOString(),
    }
    return { headers, body: Buffer.from(buffer.subarray(signingBytes, end)) }
  }
}
