// Faults of the platform: the real sender in its thread against an intake that writes down what it is sent, and the real Admin API.
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { monotonicMs, sleep } from '../../harness/clock.ts'
import { measureLatency } from '../../harness/checks/latency.ts'
import type { FaultRecord, ResolvedFault } from '../../harness/faults/fault.ts'
import { probeFaultPaths } from '../../harness/faults/fault-paths.ts'
import { faultKinds } from '../../harness/faults/registry.ts'
import { tickOf } from '../../harness/history/history.ts'
import type { Engine } from '../../harness/load/engine.ts'
import { startNativeEngine } from '../../harness/load/native/engine.ts'
import { shopify2024 } from '../../harness/platform/retry-policies.ts'
import { adminToken, endsAlone, faultOf, run, startEnds, type Ends } from '../fixtures/faults/ends.ts'

const rate = 200
const window = { atMs: 400, forMs: 700 }
const seen = { installedAt: expect.any(Number), observedAt: expect.any(Number), healedAt: expect.any(Number), observedBy: 'traffic' }

let ends: Ends
let engine: Engine
let intake: Server
/** What came, and what is answered to it. */
let webhooks: { atMs: number; headers: IncomingHttpHeaders; secret: string }[]
let statusAt: (sinceFloodMs: number) => number
let floodAtMs: number

beforeEach(async () => {
  ends = await startEnds({ rate, over: '1600ms' })
  webhooks = []
  statusAt = () => 200
  intake = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const atMs = monotonicMs() - floodAtMs
      const isSignedWith = (secret: string): boolean => createHmac('sha256', secret).update(Buffer.concat(chunks)).digest('base64') === request.headers['x-shopify-hmac-sha256']
      webhooks.push({ atMs, headers: request.headers, secret: ['first', 'next'].find(isSignedWith) ?? 'neither' })
      response.writeHead(statusAt(atMs)).end()
    })
  }).listen(0, '127.0.0.1')
  await once(intake, 'listening')
  engine = await startNativeEngine({
    plan: ends.plan, history: ends.history, corpus: ends.plan, secret: 'first', nextSecret: 'next', url: `http://127.0.0.1:${(intake.address() as AddressInfo).port}/webhooks`,
    retries: { ...shopify2024, delaysMs: [100, 100] }, timeScale: 1, maxSockets: 64, refusedStatuses: [503], attemptsFile: join(ends.folder, 'attempts.bin'),
  })
}, 30_000)

afterEach(async () => {
  await engine.close()
  intake.closeAllConnections()
  intake.close()
  await ends.stop()
}, 20_000)

/** Sends the plan with these faults in it; over when nothing is left to send. */
async function flood(...faults: ResolvedFault[]): Promise<FaultRecord[]> {
  const around = endsAlone(ends.servers, engine)
  expect(await probeFaultPaths(around, faults)).toEqual([])
  floodAtMs = monotonicMs() + 20
  ends.servers.begin('flood', floodAtMs, Date.now() + 20)
  const sending = engine.send({ from: 0, to: ends.plan.eventCount, startedAtMs: floodAtMs, wallMs: Date.now() + 20 })
  const records = await run(around, ends.journal, faults, { floodStartedAtMs: floodAtMs })
  await sending
  return records
}

const idsOf = (header: string): string[] => webhooks.map(({ headers }) => String(headers[header]))
const within = ({ installedAt, healedAt }: FaultRecord, atMs: number): boolean => atMs > installedAt! && atMs < healedAt! - 50

test('silence: nothing comes in the window, all of it after, and its lag counts from the release', async () => {
  const [record] = await flood(faultOf('silence', 'platform', window, { catchUp: '300ms' }))
  expect(record).toMatchObject(seen)
  // One that was on its way may still arrive when the sender has fallen silent.
  expect(webhooks.filter(({ atMs }) => within(record, atMs - 30))).toEqual([])
  expect(new Set(idsOf('x-shopify-event-id')).size).toBe(ends.plan.eventCount)
  const held = ends.history.heldUntil.filter(tick => tick !== 0).length
  expect(held).toBeGreaterThan(rate * 0.5)
  const { history, plan } = ends
  const floodTick = tickOf(history.shape.epochMs, floodAtMs)
  const { percentiles } = measureLatency({ plan, history, floodTick, endTick: tickOf(history.shape.epochMs, monotonicMs()), faults: [record], recoveryBoundMs: 0, accounts: { deliveredAt: history.acked } })
  // The silence is in the delay that merchants see, and no part of what the generator was late by.
  expect(percentiles.delivery.max).toBeGreaterThan(600)
  expect(percentiles.generatorLag.p50).toBeLessThan(200)
})

test('disorder: later webhooks overtake, and each comes once', async () => {
  const [record] = await flood(faultOf('disorder', 'platform', window, { within: '250ms' }))
  expect(record).toMatchObject(seen)
  const sentMs = Array.from(ends.history.firstSent, tick => tick / 100)
  const overtaken = sentMs.filter((atMs, event) => sentMs.slice(event + 1).some(later => later < atMs - 50))
  expect(overtaken.length).toBeGreaterThan(rate * 0.1)
  expect([webhooks.length, new Set(idsOf('x-shopify-event-id')).size]).toEqual([ends.plan.eventCount, ends.plan.eventCount])
})

test('duplicate and rotateSecret side by side: copies under ids of their own, signed with the next secret', async () => {
  const records = await flood(faultOf('duplicate', 'platform', window, { share: 0.5 }), faultOf('rotateSecret', 'platform', window))
  for (const record of records) expect(record).toMatchObject(seen)
  const copies = webhooks.length - ends.plan.eventCount
  expect(copies).toBe(engine.platform!.state('duplicate').met)
  expect(copies).toBeGreaterThan(20)
  expect([new Set(idsOf('x-shopify-webhook-id')).size, new Set(idsOf('x-shopify-event-id')).size]).toEqual([webhooks.length, ends.plan.eventCount])
  expect(engine.counters()).toMatchObject({ acked: ends.plan.eventCount, attempts: webhooks.length })
  expect(webhooks.filter(({ secret }) => secret === 'neither')).toEqual([])
  for (const { secret, atMs } of webhooks) if (within(records[1], atMs - 30)) expect(secret).toBe('next')
  expect([webhooks[0].secret, webhooks.at(-1)!.secret]).toEqual(['first', 'first'])
})

test('unsubscribe: what falls due for those shops is never sent, and says so', async () => {
  const [record] = await flood(faultOf('unsubscribe', 'platform', window, { share: 0.5 }))
  expect(record).toMatchObject(seen)
  const { met } = engine.platform!.state('unsubscribe')
  expect((await engine.report()).unsent).toEqual({ unsubscribed: met })
  expect(webhooks.length).toBe(ends.plan.eventCount - met)
  expect(new Set(webhooks.filter(({ atMs }) => within(record, atMs - 30)).map(({ headers }) => headers['x-shopify-shop-domain'])).size).toBeLessThanOrEqual(10)
  expect(new Set(webhooks.filter(({ atMs }) => atMs > record.healedAt!).map(({ headers }) => headers['x-shopify-shop-domain'])).size).toBeGreaterThan(10)
})

test('dropRetries: with an intake that refuses for a while, what it refused is not tried again', async () => {
  statusAt = sinceMs => (sinceMs > 600 && sinceMs < 900 ? 503 : 200)
  const [record] = await flood(faultOf('dropRetries', 'platform', window))
  expect(record).toMatchObject(seen)
  const { met } = engine.platform!.state('dropRetries')
  expect(engine.counters()).toMatchObject({ refused: met, acked: ends.plan.eventCount - met })
  expect(webhooks.length).toBe(ends.plan.eventCount)
})

describe('the Admin API', () => {
  const call = async (): Promise<{ status: number; retryAfter: string | null }> => {
    const response = await fetch(`http://127.0.0.1:${ends.servers.ports.adminPort}/admin/api/2026-10/shops.json`, { headers: { 'x-shopify-access-token': adminToken } })
    await response.arrayBuffer()
    return { status: response.status, retryAfter: response.headers.get('retry-after') }
  }

  test('throttled and then down, with calls and without', async () => {
    ends.servers.openAdmin(true)
    const answers: { status: number; retryAfter: string | null }[] = []
    let going = true
    const calling = (async () => { while (going) answers.push(await call(), await sleep(50).then(call)) })()
    const [throttled, down] = await run(endsAlone(ends.servers), ends.journal, [
      faultOf('throttleAdmin', 'platform', { atMs: 200, forMs: 400 }, { retryAfter: '3s' }), faultOf('adminDown', 'platform', { atMs: 1_700, forMs: 400 }),
    ])
    going = false
    await calling
    for (const record of [throttled, down]) expect(record).toMatchObject(seen)
    expect(answers).toContainEqual({ status: 429, retryAfter: '3.0' })
    expect(answers).toContainEqual({ status: 503, retryAfter: null })
    expect(await call()).toEqual({ status: 200, retryAfter: null })
    const [idle] = await run(endsAlone(ends.servers), ends.journal, [faultOf('adminDown', 'platform', { atMs: 100, forMs: 1_600 })])
    expect(idle).toMatchObject({ ...seen, observedBy: 'probe' })
  })
})

test('a fault that no webhook meets is not observed, and an engine that cannot do one says so before the flood', async () => {
  const [record] = await flood(faultOf('dropRetries', 'platform', { atMs: 200, forMs: 300 }))
  expect(record).toMatchObject({ installedAt: expect.any(Number), observedAt: null, healedAt: expect.any(Number) })
  expect(await probeFaultPaths(endsAlone(ends.servers), [faultOf('silence', 'platform', window)])).toEqual(['silence platform: this load engine cannot do silence; the native one can'])
  expect(faultKinds.silence.problems({ catchUp: 'soon' })).toEqual(['catchUp: found "soon", must be a duration longer than zero, such as 250ms, 35s, 1.5m or 2h'])
})
