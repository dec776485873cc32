import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { monotonicMs, until } from '../../harness/clock.ts'
import { startServers, type Servers } from '../../harness/destination/servers.ts'
import { createHistory, LISTED, MUTATED, msOf, type History } from '../../harness/history/history.ts'
import { compilePlan } from '../../harness/plan/compile.ts'
import { constant } from '../../harness/plan/shapes.ts'
import { createCorpus, type Corpus } from '../../harness/platform/corpus.ts'

const scenarioFile = fileURLToPath(new URL('../../scenarios/smoke.ts', import.meta.url))
const adminToken = 'token-of-a-test'
const plan = compilePlan({
  load: { shape: constant({ rate: 100, over: '1s' }), shops: 3, topics: ['orders/create'] },
  seed: 7, scenarioHash: 'test', warmUp: { durationMs: 100, ratePerSecond: 100 },
})

let folder: string
let history: History
let corpus: Corpus
let servers: Servers
let deaths: string[]
let pid = 0

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'floodmark-test-'))
  history = createHistory(plan.eventCount, 1, monotonicMs())
  corpus = createCorpus({ seed: plan.seed, shops: plan.shops, topics: plan.topics })
  deaths = []
  servers = await startServers({
    plan, history, adminToken, scenarioFile,
    systemFile: null,
    timeScale: 240,
    logFile: join(folder, 'destinations.log'),
    journal: { add: step => (pid = (step as { pid: number }).pid), done: () => {} },
    onDeath: how => deaths.push(how),
  })
  servers.begin('flood', monotonicMs() - 10_000, Date.now() - 10_000)
})

afterEach(async () => {
  await servers.stop()
  await rm(folder, { recursive: true })
})

function item(order: number, changes: { revenue?: string; messageId?: string } = {}) {
  return {
    messageId: changes.messageId ?? `message-${order}`,
    properties: { shop: plan.shops[plan.shop[order]], order_id: corpus.orderId(order), topic: 'orders/create', revenue: changes.revenue ?? corpus.amount(order), currency: corpus.currency(order) },
  }
}

function deliver(...batch: unknown[]): Promise<Response> {
  return fetch(`http://127.0.0.1:${servers.ports.destinationPorts.analytics}/v1/batch`, { method: 'POST', body: JSON.stringify({ batch }) })
}

test('what arrives is in the history once flush has answered, arrivals apart from effects', async () => {
  const beforeMs = monotonicMs()
  expect((await deliver(item(20), item(21))).status).toBe(200)
  expect((await deliver(item(20), item(22, { revenue: '0.01' }))).status).toBe(200)
  const stats = await servers.flush()
  const { arrived, arrivals, effects } = history.deliveries[0]
  expect([arrivals[20], effects[20], arrivals[21]]).toEqual([2, 1, 1])
  expect(msOf(arrived[20]) + history.shape.epochMs).toBeGreaterThanOrEqual(beforeMs - 0.1)
  expect([history.flags[21], history.flags[22]]).toEqual([0, MUTATED])
  expect(stats.unexpected).toBe(0)
})

test('a new message id for the same order is a second effect', async () => {
  await deliver(item(30), item(30, { messageId: 'another' }))
  await servers.flush()
  expect(history.deliveries[0].effects[30]).toBe(2)
})

test('an order that nobody created is counted as unexpected; a body that cannot be read is answered 400 and told', async () => {
  const stranger = item(1)
  stranger.properties.order_id = '12345'
  await deliver(stranger)
  const unreadable = await fetch(`http://127.0.0.1:${servers.ports.destinationPorts.analytics}/v1/batch`, { method: 'POST', body: 'no json' })
  expect(unreadable.status).toBe(400)
  expect(await servers.flush()).toMatchObject({ unexpected: 1, unreadable: 1 })
})

test('a reconciler can ask what was received, and the Admin API is closed until it is opened', async () => {
  await deliver(item(40))
  const destination = `http://127.0.0.1:${servers.ports.destinationPorts.analytics}/v1/batch`
  expect(await (await fetch(`${destination}/received?ids=message-40,message-41`)).json()).toEqual({ received: ['message-40'] })

  const shop = plan.shops[plan.shop[20]]
  const list = () => fetch(`http://127.0.0.1:${servers.ports.adminPort}/admin/api/2024-10/orders.json?status=any&limit=250`, { headers: { 'x-shopify-access-token': adminToken, 'x-shopify-shop-domain': shop } })
  expect((await list()).status).toBe(503)
  servers.openAdmin(true)
  const { orders } = await until('the Admin API opens', 5_000, async () => {
    const response = await list()
    return response.status === 200 ? (await response.json()) as { orders: unknown[] } : undefined
  })
  expect(orders.length).toBeGreaterThan(0)
  await servers.flush()
  expect(history.flags[20] & LISTED).toBe(LISTED)
})

test('a death that nobody asked for is told; a stop is not one', async () => {
  process.kill(pid, 'SIGKILL')
  await until('the death is heard of', 5_000, () => deaths[0])
  expect(deaths).toEqual(['exited with SIGKILL'])
  await expect(servers.flush()).rejects.toThrow('SIGKILL')
})
