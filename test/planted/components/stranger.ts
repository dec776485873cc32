// Somebody who posts to the intake beside the platform, once a warm-up is over: orders that nobody signed, nonsense that nobody signed, and, with the
// right secret, bodies that no pipeline can make an order of. It ends itself where nonsense was read before its signature. Runs alone:
//
//   HOST, PORT      of its own GET /healthz
//   INTAKE          http://host:port of the intake
//   SECRET          that webhooks are signed with
import { createHmac, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

const { HOST, PORT, INTAKE, SECRET } = process.env
/** More than a warm-up's 60, so that every system reaches its steady state. */
const soundWebhooks = 100
const warmUpLimitMs = 60_000
const everyMs = 150
/** Some five seconds: what goes on arriving would keep the run from its end. */
const turns = 30

createServer((_request, response) => response.end('ok')).listen(Number(PORT), HOST)
await until(async () => await webhooksTaken() >= soundWebhooks)
for (let turn = 1; turn <= turns; turn += 1) {
  await delay(everyMs)
  const order = JSON.stringify({ id: 9_000_000_000_000_000 + turn, total_price: '1.00', currency: 'USD', created_at: new Date().toISOString() })
  const accepted = await post(order, 'a guess') === 200
  const status = await post('{"id":', 'a guess')
  // Where no signature is looked at, the orders that arrive tell more.
  if (status === 400 && !accepted) {
    process.stderr.write('nonsense that nobody signed was read: answered 400\n')
    process.exit(1)
  }
  await post(JSON.stringify({ id: turn, note: 'no order' }), SECRET!)
}

/** Status of the intake's answer; undefined where it gave none. */
async function post(body: string, secret: string): Promise<number | undefined> {
  const headers = {
    'content-type': 'application/json',
    'x-shopify-hmac-sha256': createHmac('sha256', secret).update(body).digest('base64'),
    'x-shopify-shop-domain': 'shop-0001.myshopify.com',
    'x-shopify-topic': 'orders/create',
    'x-shopify-event-id': randomUUID(),
    'x-shopify-webhook-id': randomUUID(),
  }
  return await fetch(`${INTAKE}/webhooks`, { method: 'POST', body, headers }).then(response => response.status, () => undefined)
}

/** What the intake says of its own work: only the start of the trouble hangs on it, never a verdict. */
async function webhooksTaken(): Promise<number> {
  const text = await fetch(`${INTAKE}/metrics`).then(response => response.text(), () => '')
  return Number(/^ingest_webhooks_total\{[^}]*status="200"[^}]*\} (\d+)/m.exec(text)?.[1] ?? 0)
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const limitMs = performance.now() + warmUpLimitMs
  while (!await isTrue()) {
    if (performance.now() > limitMs) {
      process.stderr.write(`the intake never said that it had taken ${soundWebhooks} webhooks\n`)
      process.exit(1)
    }
    await delay(100)
  }
}
