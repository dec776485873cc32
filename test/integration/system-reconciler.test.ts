// Reconciliation on real servers: what is missing is found, told where it was lost, and brought back as one effect.
import { headers } from '@nats-io/transport-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../harness/clock.ts'
import reference from '../../system/reference.ts'
import { newOrderIds, send, startPipeline, type Pipeline } from '../fixtures/system/pipeline.ts'
import { orderText } from '../fixtures/system/stand-ins.ts'

const shop = 'a-shop.myshopify.com'
// An hour takes 1.5 s.
const timeScale = 2_400
let pipeline: Pipeline
beforeAll(async () => {
  pipeline = await startPipeline(reference, timeScale)
})
afterAll(() => pipeline?.stop())

function list(ids: readonly string[]): void {
  pipeline.platform.orders.push(...ids.map(id => ({ id, shop, createdAt: new Date() })))
}

/** The anomaly recorded for an order, once it is resolved. */
async function resolved(id: string): Promise<any> {
  return until(`the anomaly of ${id} resolved`, 20_000, async () => (await pipeline.query(`select * from anomalies where order_id = '${id}' and resolved_at is not null`))[0])
}

test('orders whose webhooks never came are brought back, once each; those that came are left alone', async () => {
  const missing = [...newOrderIds(7), '9223372036854775806']
  const delivered = newOrderIds(3)
  list([...missing, ...delivered])
  for (const id of delivered) await send(pipeline.url, orderText(id))
  await pipeline.arrived([...missing, ...delivered])
  for (const id of missing) expect(await resolved(id)).toMatchObject({ stage: 'never accepted', shop, topic: 'orders/create', requeued: true })
  expect(await pipeline.query(`select * from anomalies where order_id in (${delivered.map(id => `'${id}'`)})`)).toEqual([])
  for (const id of missing) expect(pipeline.destination.of(id)).toMatchObject([{ properties: { revenue: '12.50', currency: 'CAD' } }])
  expect(pipeline.destination.of(missing[0])[0].properties).not.toHaveProperty('source_digest')

  // The webhook of an order that reconciliation brought in comes after all: still one effect.
  await send(pipeline.url, orderText(missing[0]))
  await until('an empty queue', 10_000, async () => (await pipeline.stored('WEBHOOKS')) === 0 || undefined)
  expect(pipeline.destination.of(missing[0])).toHaveLength(1)

  const hours = await pipeline.query('select sum(planned)::int as planned, sum(delivered)::int as delivered from shop_hours')
  expect(hours).toEqual([{ planned: 11, delivered: 11 }])
})

test('what a destination has lost is relayed again, and said to have been lost there', async () => {
  const [id] = newOrderIds(1)
  await send(pipeline.url, orderText(id))
  await pipeline.arrived([id])
  pipeline.destination.received.delete(pipeline.destination.of(id)[0].messageId)
  list([id])
  expect(await resolved(id)).toMatchObject({ stage: 'processed, not delivered', requeued: true })
  expect(pipeline.destination.of(id)).toHaveLength(2)
})

test('what lies among the dead letters was accepted and not processed', async () => {
  const [id] = newOrderIds(1)
  const head = headers()
  // Too often redriven to be brought back but by reconciliation.
  for (const [name, value] of [['X-Shopify-Shop-Domain', shop], ['X-Shopify-Topic', 'orders/create'], ['Pipeline-Redrives', '99']]) head.set(name, value)
  await pipeline.withQueue(async connection => {
    connection.publish('dead-letters', orderText(id), { headers: head })
    await connection.flush()
  })
  list([id])
  expect(await resolved(id)).toMatchObject({ stage: 'accepted, not processed', requeued: true })
  expect(pipeline.destination.of(id)).toHaveLength(1)
})

test('what waits in the queue is late, not lost', async () => {
  const [id] = newOrderIds(1)
  pipeline.destination.status = () => 503
  await send(pipeline.url, orderText(id))
  list([id])
  const found = await until('an anomaly', 20_000, async () => (await pipeline.query(`select * from anomalies where order_id = '${id}'`))[0])
  expect(found).toMatchObject({ requeued: false, resolved_at: null })
  pipeline.destination.status = () => 200
  await resolved(id)
  expect(pipeline.destination.of(id)).toHaveLength(1)
})

test('a closed platform is no trouble, and what was missed meanwhile is found when it opens', async () => {
  const [id] = newOrderIds(1)
  pipeline.platform.isOpen = false
  list([id])
  await until('a round at a closed door', 15_000, () => pipeline.log('reconciler').includes('is closed') || undefined)
  expect(pipeline.log('reconciler')).not.toMatch(/"level":[456]0/)
  pipeline.platform.isOpen = true
  await pipeline.arrived([id])
  const metrics = await (await fetch(`http://127.0.0.1:${pipeline.variable('reconciler', 'PORT')}/metrics`)).text()
  expect(metrics).toMatch(/reconciler_shop_throughput\{shop="a-shop.myshopify.com"/)
  expect(metrics).toMatch(/reconciler_anomalies_total\{stage="never accepted"[^}]*\} \d/)
})
