// The platform's disorder on real servers: a disordered plan through the sender's thread to an intake, and what the destinations' process makes of it.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

import { monotonicMs } from '../../harness/clock.ts'
import { startServers } from '../../harness/destination/servers.ts'
import { readAttempts } from '../../harness/history/attempt-file.ts'
import { ACKED, createHistory, MUTATED } from '../../harness/history/history.ts'
import { startNativeEngine } from '../../harness/load/native/engine.ts'
import { compilePlan } from '../../harness/plan/compile.ts'
import { constant } from '../../harness/plan/shapes.ts'
import { createCorpus } from '../../harness/platform/corpus.ts'
import { noRetries, ok, secret, startIntake, status, temporaryFolder, type ReceivedRequest } from '../fixtures/load.ts'

const plan = compilePlan({
  load: {
    shape: constant({ rate: 400, over: '1s' }), shops: 9, topics: ['orders/create', 'orders/updated', 'orders/paid'], timeScale: 3_600,
    realism: { disorder: { share: 0.3, by: '200ms' }, duplicates: { share: 0.2, by: '200ms' }, debounce: '50ms', late: { share: 0.1, by: '300ms' }, lateByHours: { share: 0.02, by: '30m' } },
  },
  seed: 7, scenarioHash: 'test', warmUp: { durationMs: 0, ratePerSecond: 0 },
})
const flood = Array.from({ length: plan.eventCount }, (_, event) => event)
const failing = flood.filter(event => event % 10 === 0).length
const repeats = plan.repeats!.event
const corpus = createCorpus(plan)
const header = (request: ReceivedRequest, name: string): string => request.headers.get(`x-shopify-${name}`)!
const eventOf = (request: ReceivedRequest): number => corpus.orderOfEventId(header(request, 'event-id'))! * 3 + plan.topics.indexOf(header(request, 'topic'))

it('sends every event once at its instant, late ones after the flood, and repeats under a webhook id of their own', async () => {
  await using folder = await temporaryFolder()
  const tries = new Map<string, number>()
  // Of every tenth event the first try fails: it has its retry, and its repeat all the same.
  await using intake = await startIntake((socket, request) => {
    const webhookId = header(request, 'webhook-id')
    tries.set(webhookId, (tries.get(webhookId) ?? 0) + 1)
    const fails = eventOf(request) % 10 === 0 && webhookId === corpus.webhookId(eventOf(request)) && tries.get(webhookId) === 1
    socket.write(fails ? status(503) : ok)
  })
  const history = createHistory(plan.eventCount, 0, monotonicMs())
  const attemptsFile = join(folder.path, 'attempts.bin')
  const engine = await startNativeEngine({
    plan, history, secret, attemptsFile,
    corpus: plan, url: `http://127.0.0.1:${intake.port}/webhooks`, retries: { ...noRetries, delaysMs: [1_000] }, timeScale: 10, maxSockets: 64, refusedStatuses: [503],
  })
  const start = { startedAtMs: monotonicMs() + 20, wallMs: Date.now() + 20 }
  try {
    await engine.send({ from: 0, to: plan.eventCount, ...start })
    expect(engine.counters()).toMatchObject({ sent: flood.length, unsent: 0, acked: flood.length, refused: failing, attempts: flood.length + failing + repeats.length })
  } finally {
    await engine.close()
  }

  expect([...tries].sort()).toEqual([
    ...flood.map(event => [corpus.webhookId(event), event % 10 === 0 ? 2 : 1] as const), ...Array.from(repeats, event => [corpus.webhookId(event, true), 1] as const),
  ].sort())
  for (const event of flood) {
    const dueMs = start.startedAtMs - history.shape.epochMs + plan.dueTicks[event] / 100
    expect(history.firstSent[event] / 100).toBeGreaterThanOrEqual(dueMs - 0.02)
    expect([history.attempts[event], history.firstOutcome[event] === ACKED]).toEqual([1 + (event % 10 === 0 ? 1 : 0) + (repeats.includes(event) ? 1 : 0), event % 10 !== 0])
  }
  expect(Math.max(...flood.map(event => history.firstSent[event])) / 100).toBeGreaterThan(start.startedAtMs - history.shape.epochMs + plan.floodMs)
  expect(Array.from(readAttempts(attemptsFile), ({ event }) => event).sort()).toEqual([...flood.filter(event => event % 10 === 0), ...repeats].sort())

  // All that one event was sent as is one body, of the instant at which it happened, however late or often.
  const sentAs = new Map<number, Set<string>>()
  for (const request of intake.requests) {
    const event = eventOf(request)
    sentAs.set(event, (sentAs.get(event) ?? new Set()).add(request.body.toString('latin1')))
    const happened = new Date(Math.floor(start.wallMs + plan.triggeredTicks![event] / 100)).toISOString()
    expect([header(request, 'triggered-at'), JSON.parse(request.body.toString()).updated_at]).toEqual([happened, happened])
    expect(header(request, 'event-id')).toBe(corpus.eventId(Math.floor(event / 3)))
  }
  expect(Math.max(...Array.from(sentAs.values(), bodies => bodies.size))).toBe(1)
})

it('is no mutation at a destination, and an order is listed from when it was made', async () => {
  await using folder = await temporaryFolder()
  const history = createHistory(plan.eventCount, 1, monotonicMs())
  const servers = await startServers({
    plan, history, adminToken: 'a token', systemFile: null, timeScale: 1, journal: { add: () => 1, done: () => {} }, onDeath: () => {},
    scenarioFile: fileURLToPath(new URL('../../scenarios/disordered-topics.ts', import.meta.url)), logFile: join(folder.path, 'destinations.log'),
  })
  try {
    const wallMs = Date.now() - 60_000
    servers.begin('flood', monotonicMs() - 60_000, wallMs)
    servers.openAdmin(true)
    const late = flood.filter(event => plan.dueTicks[event] > plan.triggeredTicks![event])
    const batch = late.map(event => ({ messageId: String(event), properties: propertiesOf(event, corpus.bodyDigest(event, wallMs + plan.triggeredTicks![event] / 100)) }))
    const wrong = { messageId: 'wrong', properties: propertiesOf(flood[0], corpus.bodyDigest(flood[0], wallMs + 123_456)) }
    await fetch(`http://127.0.0.1:${servers.ports.destinationPorts.analytics}/v1/batch`, { method: 'POST', body: JSON.stringify({ batch: [...batch, wrong] }) })
    const list = await fetch(`http://127.0.0.1:${servers.ports.adminPort}/admin/api/2024-10/orders.json?status=any&limit=250`, { headers: { 'x-shopify-access-token': 'a token', 'x-shopify-shop-domain': plan.shops[0] } })
    const { orders } = await list.json() as { orders: { id: number; created_at: string }[] }
    await servers.flush()

    expect(flood.filter(event => (history.flags[event] & MUTATED) !== 0)).toEqual([flood[0]])
    expect(late.every(event => history.deliveries[0].arrivals[event] > 0)).toBe(true)
    expect(orders.length).toBeGreaterThan(5)
    for (const { id, created_at } of orders) {
      const order = corpus.orderOfOrderId(String(id))!
      expect(Date.parse(created_at)).toBe(Math.floor(wallMs + plan.triggeredTicks![order * 3] / 100))
    }
  } finally {
    await servers.stop()
  }
})

function propertiesOf(event: number, source_digest: string) {
  const order = Math.floor(event / 3)
  return { shop: plan.shops[plan.shop[event]], order_id: corpus.orderId(order), topic: plan.topics[event % 3], revenue: corpus.amount(order), currency: corpus.currency(order), source_digest }
}
