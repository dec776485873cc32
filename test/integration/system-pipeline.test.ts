// The reference pipeline on real servers: what it does when all is well, and that nothing is lost or doubled when a part of it is not.
import { jetstreamManager } from '@nats-io/jetstream'
import { createHash } from 'node:crypto'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { until } from '../../harness/clock.ts'
import reference from '../../system/reference.ts'
import { newOrderIds, send, sendUntilTaken, startPipeline, type Pipeline } from '../fixtures/system/pipeline.ts'
import { orderText } from '../fixtures/system/stand-ins.ts'

let pipeline: Pipeline
beforeAll(async () => {
  pipeline = await startPipeline(reference)
})
afterAll(() => pipeline?.stop())
beforeEach(() => {
  pipeline.destination.delayMs = 0
  pipeline.destination.status = () => 200
  pipeline.deaths.length = 0
})

/** What must be true after every test: each order one effect, in the ledger and marked as delivered, and nothing left in the queue. */
async function expectAllDone(orderIds: readonly string[]): Promise<void> {
  await pipeline.arrived(orderIds)
  for (const id of orderIds) expect(new Set(pipeline.destination.of(id).map(track => track.messageId)).size, `effects of order ${id}`).toBe(1)
  await until('an empty queue', 20_000, async () => (await pipeline.stored('WEBHOOKS')) === 0 || undefined)
  const [{ count }] = await pipeline.query(`select count(*)::int from orders join deliveries using (message_id) where order_id in (${orderIds.map(id => `'${id}'`).join()})`)
  expect(count).toBe(orderIds.length)
}

test('a webhook reaches the destination once, whole, with the ids that it came with', async () => {
  const ids = [...newOrderIds(300), '9223372036854775807', '9007199254740993']
  await sendUntilTaken(pipeline.url, ids.map(id => orderText(id)))
  await expectAllDone(ids)
  const body = orderText('9007199254740995')
  await send(pipeline.url, body, { 'x-shopify-event-id': 'event-1', 'x-shopify-webhook-id': 'webhook-1' })
  await pipeline.arrived(['9007199254740995'])
  const [track] = pipeline.destination.of('9007199254740995')
  expect(track).toMatchObject({
    messageId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/),
    properties: {
      shop: 'a-shop.myshopify.com', order_id: '9007199254740995', topic: 'orders/create', revenue: '12.50', currency: 'CAD',
      source_event_id: 'event-1', correlation_id: 'webhook-1', source_digest: createHash('sha256').update(body).digest('hex'),
    },
  })
  const log = ['ingest', 'worker', 'reconciler'].map(name => pipeline.log(name)).join('')
  expect(log).not.toContain('processed')
  expect(log).not.toContain('Bräunlich')
})

test('the same order twice is one effect, also past the queue\'s memory for repeats', async () => {
  const [id] = newOrderIds(1)
  await send(pipeline.url, orderText(id))
  await pipeline.arrived([id])
  // Another event id: the queue cannot know that it is the same.
  await send(pipeline.url, orderText(id))
  await expectAllDone([id])
  expect(pipeline.destination.of(id)).toHaveLength(1)
})

test('with the queue away a webhook is refused, with a time to come back; after it, taken', async () => {
  const [before, during, after] = newOrderIds(3)
  await send(pipeline.url, orderText(before))
  await pipeline.component('queue').kill()
  const refused = await until('a refusal', 10_000, async () => {
    const response = await send(pipeline.url, orderText(during))
    return response.status === 503 ? response : undefined
  })
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
  await pipeline.component('queue').restart()
  await sendUntilTaken(pipeline.url, [during, after].map(id => orderText(id)))
  await expectAllDone([before, during, after])
})

test('a queue that does not answer is 504: it may have happened, and did', async () => {
  const [id] = newOrderIds(1)
  await pipeline.component('queue').pause()
  const response = await send(pipeline.url, orderText(id))
  await pipeline.component('queue').resume()
  expect(response.status).toBe(504)
  await expectAllDone([id])
})

test('of a queue that answers nobody the first find out, and who comes later is refused at once; when it answers again, all are taken', async () => {
  const ids = newOrderIds(60)
  const [first, later] = [ids.slice(0, 30), ids.slice(30)]
  await pipeline.component('queue').pause()
  const waiting = first.map(id => send(pipeline.url, orderText(id)))
  const refused = await until('a refusal', 10_000, async () => {
    const response = await send(pipeline.url, orderText(later[0]))
    return response.status === 503 ? response : undefined
  })
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
  // Only those from before the refusals had to wait for their answer.
  expect((await Promise.all(later.map(id => send(pipeline.url, orderText(id))))).filter(({ status }) => status === 503).length).toBeGreaterThan(later.length / 2)
  expect(new Set((await Promise.all(waiting)).map(({ status }) => status))).toEqual(new Set([504]))
  await pipeline.component('queue').resume()
  await sendUntilTaken(pipeline.url, ids.map(id => orderText(id)))
  await expectAllDone(ids)
})

test('a worker killed with orders in its hands loses none and doubles no effect', async () => {
  const ids = newOrderIds(600)
  pipeline.destination.delayMs = 300
  const sending = sendUntilTaken(pipeline.url, ids.map(id => orderText(id)))
  for (const share of [0.1, 0.4]) {
    await until('orders under way', 20_000, () => pipeline.destination.countOf(ids) > share * ids.length || undefined)
    await pipeline.component('worker').kill()
    await pipeline.component('worker').restart()
  }
  await sending
  await expectAllDone(ids)
})

test('a ledger that comes and goes delays orders', async () => {
  const ids = newOrderIds(200)
  await pipeline.component('ledger').kill()
  await sendUntilTaken(pipeline.url, ids.map(id => orderText(id)))
  expect(pipeline.destination.countOf(ids)).toBe(0)
  await pipeline.component('ledger').restart()
  await expectAllDone(ids)
})

test('a destination that fails for longer than the ack wait is waited for, without redeliveries, and then sees each order once', async () => {
  const ids = newOrderIds(300)
  pipeline.destination.status = () => 503
  await sendUntilTaken(pipeline.url, ids.map(id => orderText(id)))
  await new Promise(resolve => setTimeout(resolve, 7_000))
  // What is held is reported as work in progress: an outage uses up no deliveries.
  const consumer = await pipeline.withQueue(async connection => (await jetstreamManager(connection)).consumers.info('WEBHOOKS', 'worker'))
  expect(consumer).toMatchObject({ num_ack_pending: ids.length, num_redelivered: 0 })
  pipeline.destination.status = () => 200
  await expectAllDone(ids)
  expect(pipeline.destination.arrivals.filter(track => ids.includes(track.properties.order_id))).toHaveLength(ids.length)
})

test.for(['ingest', 'worker'])('%s ends cleanly on SIGTERM and loses nothing', async name => {
  const ids = newOrderIds(400)
  pipeline.destination.delayMs = 100
  const sending = sendUntilTaken(pipeline.url, ids.map(id => orderText(id)))
  await until('orders under way', 20_000, () => pipeline.destination.countOf(ids) > 20 || undefined)
  expect(await pipeline.terminate(name)).toContain('code 0')
  await pipeline.component(name).restart()
  await sending
  await expectAllDone(ids)
})

test('what can never succeed goes to the dead letters with its reason, holds nobody up, and comes back on demand', async () => {
  const ids = newOrderIds(50)
  const [poisoned] = newOrderIds(1)
  // The destination refuses one order as malformed, whatever batch it is in; and one webhook is an order without a total.
  pipeline.destination.status = batch => (batch.some(track => track.properties.order_id === poisoned) ? 400 : 200)
  expect((await send(pipeline.url, '{"id":1,"currency":"CAD"}')).status).toBe(200)
  await sendUntilTaken(pipeline.url, [...ids, poisoned].map(id => orderText(id)))
  await pipeline.arrived(ids)
  // Each is brought back three times of its own accord, and then rests.
  await until('two dead letters at rest', 20_000, async () => ((await pipeline.stored('DEAD_LETTERS')) === 2 && (await pipeline.stored('WEBHOOKS')) === 0 && restarts() >= 8) || undefined)
  expect(pipeline.log('worker')).toContain('total_price is not an amount of money')

  pipeline.destination.status = () => 200
  const command = spawn(process.execPath, [fileURLToPath(new URL('../../system/worker/redrive.ts', import.meta.url))], { env: { ...process.env, NATS_URL: pipeline.variable('worker', 'NATS_URL') }, stdio: 'ignore' })
  expect(await once(command, 'exit')).toEqual([0, null])
  await expectAllDone([...ids, poisoned])
  await until('one dead letter left', 10_000, async () => (await pipeline.stored('DEAD_LETTERS')) === 1 || undefined)

  function restarts(): number {
    return pipeline.log('worker').split('"dead letter"').length - 1
  }
})

test('each service tells of its health and its signals', async () => {
  for (const [name, metric] of [['ingest', 'ingest_publish_seconds_count'], ['worker', 'worker_event_delay_seconds_count'], ['reconciler', 'process_cpu_seconds_total']]) {
    const port = pipeline.variable(name, 'PORT')
    const health = await fetch(`http://127.0.0.1:${port}/healthz`)
    expect([health.status, await health.json()]).toEqual([200, { ok: true, away: [] }])
    expect(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).toContain(metric)
  }
})
