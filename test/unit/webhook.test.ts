import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { createCorpus } from '../../harness/platform/corpus.ts'
import { Signer, WebhookWriter } from '../../harness/platform/webhook.ts'
import { planOf, secret } from '../fixtures/load.ts'

const plan = { ...planOf([0, 0, 1.5, 1.5], 2), shop: Uint16Array.of(0, 0, 1, 1), topics: ['orders/create', 'orders/updated'] }
const corpus = createCorpus(plan)
const wallMs = Date.UTC(2026, 10, 27, 17, 1)

function split(request: Buffer): { lines: string[]; body: string } {
  const [head, body] = request.toString().split('\r\n\r\n')
  return { lines: head.split('\r\n'), body }
}

describe('Signer', () => {
  it('signs any bytes with any secret as HMAC-SHA256 does', () => {
    fc.assert(fc.property(fc.string({ maxLength: 200, unit: 'binary' }), fc.uint8Array({ maxLength: 300 }), (key, body) => {
      const buffer = Buffer.concat([Buffer.alloc(70, 1), body])
      expect(new Signer(key).sign(buffer, 70, buffer.length)).toBe(createHmac('sha256', key).update(body).digest('base64'))
    }), { numRuns: 50 })
  })
})

describe('WebhookWriter', () => {
  const writer = new WebhookWriter(plan, corpus, new URL('http://127.0.0.1:8080/webhooks?shop=1'), secret)

  const into = writer.newBuffer()

  it('writes the request that Shopify would send', () => {
    const { lines, body } = split(writer.write(into, 3, wallMs))
    const bodyBytes = Buffer.byteLength(body)
    expect(lines).toEqual([
      'POST /webhooks?shop=1 HTTP/1.1',
      'Host: 127.0.0.1:8080',
      'User-Agent: Shopify-Captain-Hook',
      'Content-Type: application/json',
      'X-Shopify-API-Version: 2026-10',
      'X-Shopify-Topic: orders/updated',
      `Content-Length: ${bodyBytes}`,
      'X-Shopify-Shop-Domain: shop-1.myshopify.com',
      `X-Shopify-Hmac-Sha256: ${createHmac('sha256', secret).update(body).digest('base64')}`,
      `X-Shopify-Webhook-Id: ${corpus.webhookId(3)}`,
      `X-Shopify-Event-Id: ${corpus.eventId(1)}`,
      'X-Shopify-Triggered-At: 2026-11-27T17:01:00.001Z',
    ])
    expect(JSON.parse(body).id.toString()).toBe(corpus.orderId(1))
    expect(body).toContain('2026-11-27T17:01:00.001Z')
  })

  it('writes the same bytes again for a retry', () => {
    const first = Buffer.from(writer.write(into, 0, wallMs))
    writer.write(into, 3, wallMs)
    expect(writer.write(into, 0, wallMs).equals(first)).toBe(true)
  })

  it('gives the platform\'s repeat a webhook id of its own, and nothing else', () => {
    const first = writer.write(into, 3, wallMs).toString()
    expect(writer.write(into, 3, wallMs, true).toString()).toBe(first.replace(corpus.webhookId(3), corpus.webhookId(3, true)))
    expect(corpus.webhookId(3, true)).not.toBe(corpus.webhookId(3))
  })

  it('leaves requests in other buffers alone', () => {
    const request = writer.write(into, 0, wallMs)
    const bytes = Buffer.from(request)
    writer.write(writer.newBuffer(), 3, wallMs)
    expect(request.equals(bytes)).toBe(true)
  })

  it('refuses a head that would not fit', () => {
    const long = new WebhookWriter(plan, corpus, new URL(`http://127.0.0.1/${'x'.repeat(3_000)}`), secret)
    expect(() => long.write(long.newBuffer(), 0, wallMs)).toThrowError(/the head of event 0 takes 3\d{3} bytes/)
  })
})
