import { createHash } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCorpus, type Corpus } from '../../harness/platform/corpus.ts'

const settings = { seed: 7, shops: ['shop-0001.myshopify.com'], topics: ['orders/create'] }
const corpus = createCorpus(settings)
const noon = Date.UTC(2026, 10, 27, 17)

function bodyOf(event: number, createdAtMs: number, from: Corpus = corpus): string {
  const buffer = Buffer.alloc(from.maxBodyBytes + 20, '#')
  const bytes = from.writeBody(event, createdAtMs, buffer, 10)
  expect([buffer.toString('latin1', 0, 10), buffer[10 + bytes]]).toEqual(['##########', 35])
  return buffer.toString('utf8', 10, 10 + bytes)
}

const orders = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const times = fc.integer({ min: 0, max: 4e12 })

describe('a body', () => {
  test('is canonical JSON that says what the corpus says', () => {
    fc.assert(fc.property(orders, times, (order, createdAtMs) => {
      const text = bodyOf(order, createdAtMs)
      const body = JSON.parse(text)
      expect(JSON.stringify(body)).toBe(text)
      expect(text.startsWith(`{"id":${corpus.orderId(order)},`)).toBe(true)
      const time = new Date(createdAtMs).toISOString()
      expect([body.created_at, body.updated_at, body.processed_at]).toEqual([time, time, time])
      expect([body.total_price, body.currency, body.order_number]).toEqual([corpus.amount(order), corpus.currency(order), 1_000_000_000 + order])
      expect(body.admin_graphql_api_id).toBe(`gid://shopify/Order/${body.id}`)
    }), { numRuns: 300 })
  })

  test('adds up: lines make the subtotal, with tax and shipping the total', () => {
    const cents = (text: string): number => Math.round(Number(text) * 100)
    for (let order = 0; order < 400; order++) {
      const body = JSON.parse(bodyOf(order, noon))
      const lines = body.line_items.reduce((sum: number, line: { price: string; quantity: number }) => sum + cents(line.price) * line.quantity, 0)
      expect(cents(body.subtotal_price)).toBe(lines)
      expect(cents(body.total_price)).toBe(lines + cents(body.total_tax) + cents(body.shipping_lines[0].price))
    }
  })

  test('has some 2 KB, and one in two hundred 20 to 60', () => {
    const buffer = Buffer.alloc(corpus.maxBodyBytes)
    const sizes = Array.from({ length: 20_000 }, (_, order) => corpus.writeBody(order, noon, buffer, 0)).sort((a, b) => a - b)
    expect(sizes[10_000]).toBeGreaterThan(1_700)
    expect(sizes[10_000]).toBeLessThan(2_500)
    const large = sizes.filter(size => size > 4_000)
    expect(large.length).toBeGreaterThan(70)
    expect(large.length).toBeLessThan(130)
    expect(large[0]).toBeGreaterThan(20_000)
    expect(corpus.maxBodyBytes).toBeLessThan(62_000)
  })

  test('speaks in its state of the topics that a shop sends', () => {
    const topics = ['orders/create', 'orders/paid', 'orders/fulfilled', 'orders/cancelled']
    const several = createCorpus({ ...settings, topics })
    const body = JSON.parse(bodyOf(4, noon, several))
    expect([body.financial_status, body.fulfillment_status, body.cancelled_at]).toEqual(['paid', 'fulfilled', new Date(noon).toISOString()])
    const plain = JSON.parse(bodyOf(4, noon))
    expect([plain.financial_status, plain.fulfillment_status, plain.cancelled_at]).toEqual(['pending', null, null])
    expect(several.orderJson(1, noon)).toBe(bodyOf(4, noon, several))
  })

  test('is the same in another thread', async () => {
    const script = `
      const { parentPort, workerData } = require('node:worker_threads')
      import(workerData.module).then(({ createCorpus }) => {
        const corpus = createCorpus(workerData.settings)
        parentPort.postMessage([0, 1, 199, 5_000].map(event => corpus.bodyDigest(event, workerData.noon)))
      })`
    const worker = new Worker(script, { eval: true, workerData: { module: new URL('../../harness/platform/corpus.ts', import.meta.url).href, settings, noon } })
    const digests = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
    await worker.terminate()
    expect(digests).toEqual([0, 1, 199, 5_000].map(event => createHash('sha256').update(bodyOf(event, noon)).digest('hex')))
  })

  test('differs between orders, times and seeds', () => {
    const other = createCorpus({ ...settings, seed: 8 })
    expect(new Set([corpus.bodyDigest(1, noon), corpus.bodyDigest(2, noon), corpus.bodyDigest(1, noon + 1), other.bodyDigest(1, noon)]).size).toBe(4)
    expect(corpus.bodyDigest(1, noon + 0.99)).toBe(corpus.bodyDigest(1, noon))
  })
})

describe('an id', () => {
  test('leads back to its order', () => {
    fc.assert(fc.property(orders, order => {
      expect(corpus.orderOfOrderId(corpus.orderId(order))).toBe(order)
      expect(corpus.orderOfEventId(corpus.eventId(order))).toBe(order)
      expect(corpus.orderId(order)).toMatch(/^\d{16}$/)
      expect(Number.isSafeInteger(Number(corpus.orderId(order)))).toBe(true)
    }))
  })

  test('has the form of a random UUID, and none is there twice', () => {
    const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/
    const ids = Array.from({ length: 20_000 }, (_, index) => [corpus.eventId(index), corpus.webhookId(index)]).flat()
    expect(ids.filter(id => !uuid.test(id))).toEqual([])
    expect(new Set(ids).size).toBe(40_000)
  })

  test('of another seed, or what is no id, leads nowhere', () => {
    const other = createCorpus({ ...settings, seed: 8 })
    expect(corpus.orderOfEventId(other.eventId(3))).toBeUndefined()
    expect(corpus.orderOfOrderId(other.orderId(3))).toBeUndefined()
    const [orderId, eventId] = [corpus.orderId(3), corpus.eventId(3)]
    for (const text of ['', '3', eventId, `-${orderId}`, `${orderId}.0`, ` ${orderId}`, '9'.repeat(400)]) expect(corpus.orderOfOrderId(text)).toBeUndefined()
    for (const text of ['', '3', orderId, corpus.webhookId(3), eventId.toUpperCase(), `${eventId} `, eventId.slice(1)]) expect(corpus.orderOfEventId(text)).toBeUndefined()
  })
})

describe('an amount', () => {
  test('matches by its value', () => {
    const order = Array.from({ length: 5_000 }, (_, index) => index).find(index => corpus.amount(index).endsWith('0'))!
    const text = corpus.amount(order)
    for (const same of [text, text.slice(0, -1), `${text}00`]) expect(corpus.amountMatches(order, same)).toBe(true)
    const cent = (Number(text) + 0.01).toFixed(2)
    for (const other of [cent, `-${text}`, `${text}1`, text.replace('.', ''), '', 'NaN', `${text} USD`, `${text.slice(0, -1)}.0`]) expect(corpus.amountMatches(order, other)).toBe(false)
  })

  test('differs between most orders', () => {
    expect(new Set(Array.from({ length: 1_000 }, (_, order) => corpus.amount(order))).size).toBeGreaterThan(800)
  })
})
