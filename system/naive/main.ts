// The pipeline as it was in 2019: one process, webhooks answered as soon as their signature is right, orders in an array until somebody has time for
// them, three tries and then forgotten. Only how it reads its settings is shared with the pipeline that replaced it. Runs alone from its environment:
//
//   WEBHOOK_SECRET       secret that webhooks are signed with
//   LEDGER_URL           postgres://... of the ledger, with naive/schema.sql applied
//   DESTINATION_URL      http://host:port/path
//   HOST, PORT           to listen on (127.0.0.1, 8080); WEBHOOK_PATH (/webhooks)
import { createHmac, timingSafeEqual } from 'node:crypto'
import Fastify from 'fastify'
import { Pool } from 'pg'
import { readSettings, text, url, wholeNumber } from '../service/settings.ts'
import { relayForEver, type NaiveOrder } from './relay.ts'

const settings = readSettings({
  WEBHOOK_SECRET: text(),
  LEDGER_URL: url(['postgres', 'postgresql']),
  DESTINATION_URL: url(['http']),
  HOST: text('127.0.0.1'),
  PORT: wholeNumber({ fallback: 8_080, max: 65_535 }),
  WEBHOOK_PATH: text('/webhooks'),
})

// All there is between a 200 and the ledger.
const orders: NaiveOrder[] = []

const app = Fastify({ logger: false, bodyLimit: 2 * 1024 ** 2 })
app.removeAllContentTypeParsers()
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

app.post(settings.WEBHOOK_PATH, (request, reply) => {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  if (!isSigned(body, String(request.headers['x-shopify-hmac-sha256']))) return reply.code(401).send()
  const [webhookId, shop, topic] = ['x-shopify-webhook-id', 'x-shopify-shop-domain', 'x-shopify-topic'].map(name => String(request.headers[name]))
  orders.push({ webhookId, shop, topic, text: body.toString() })
  reply.code(200).send()
})
app.get('/healthz', async () => ({ ok: true }))

function isSigned(body: Buffer, signature: string): boolean {
  const expected = createHmac('sha256', settings.WEBHOOK_SECRET).update(body).digest()
  const given = Buffer.from(signature, 'base64')
  return given.length === expected.length && timingSafeEqual(expected, given)
}

const ledger = new Pool({ connectionString: settings.LEDGER_URL, max: 10, connectionTimeoutMillis: 1_000, query_timeout: 1_000 })
ledger.on('error', () => {})
relayForEver({ orders, ledger, destinationUrl: settings.DESTINATION_URL })
await app.listen({ host: settings.HOST, port: settings.PORT })
