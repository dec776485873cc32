// The naive pipeline does its job while nothing happens, and loses orders in the ways that it must, or no control would be one.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { until } from '../../harness/clock.ts'
import naive from '../../system/naive.ts'
import { newOrderIds, send, sendUntilTaken, startPipeline, type Pipeline } from '../fixtures/system/pipeline.ts'
import { orderText } from '../fixtures/system/stand-ins.ts'

let pipeline: Pipeline
beforeAll(async () => {
  pipeline = await startPipeline(naive)
})
afterAll(() => pipeline?.stop())
beforeEach(() => {
  pipeline.destination.delayMs = 100
  pipeline.destination.status = () => 200
})

const take = (ids: readonly string[]): Promise<void> => sendUntilTaken(pipeline.url, ids.map(id => orderText(id)))

/** Sends one more order and waits for it: whatever was before it in the array has had its three tries. */
async function expectLost(ids: readonly string[]): Promise<void> {
  const [last] = newOrderIds(1)
  await take([last])
  await pipeline.arrived([last])
  await new Promise(resolve => setTimeout(resolve, 2_000))
  expect(pipeline.destination.countOf(ids)).toBeLessThan(ids.length)
}

test('without faults every order arrives once', async () => {
  const ids = newOrderIds(500)
  await take(ids)
  await pipeline.arrived(ids)
  for (const id of ids) expect(pipeline.destination.of(id)).toHaveLength(1)
  // A retry has the first try's webhook id, and is told by it; what the platform sends twice has another, and is not.
  const [{ messageId }] = pipeline.destination.of(ids[0])
  for (const webhookId of [messageId, 'another']) await send(pipeline.url, orderText(ids[0]), { 'x-shopify-webhook-id': webhookId })
  await until('both repeats', 10_000, () => pipeline.destination.of(ids[0]).length === 3 || undefined)
  // Two lanes may overtake each other.
  expect(pipeline.destination.of(ids[0]).map(track => track.messageId).toSorted()).toEqual([messageId, messageId, 'another'].toSorted())
})

test('an unsigned webhook is not taken', async () => {
  expect((await send(pipeline.url, orderText('1'), { 'x-shopify-hmac-sha256': 'A' })).status).toBe(401)
})

test('killed, it loses what it had answered', async () => {
  const ids = newOrderIds(500)
  pipeline.destination.delayMs = 2_000
  await take(ids)
  await pipeline.component('app').kill()
  await pipeline.component('app').restart()
  pipeline.destination.delayMs = 100
  await expectLost(ids)
})

test('with the ledger away for some seconds it loses orders', async () => {
  const ids = newOrderIds(200)
  await pipeline.component('ledger').kill()
  await take(ids)
  await new Promise(resolve => setTimeout(resolve, 4_000))
  await pipeline.component('ledger').restart()
  await expectLost(ids)
})

test('with the destination failing for some seconds it loses orders', async () => {
  const ids = newOrderIds(200)
  pipeline.destination.status = () => 503
  await take(ids)
  await new Promise(resolve => setTimeout(resolve, 3_000))
  pipeline.destination.status = () => 200
  await expectLost(ids)
})
