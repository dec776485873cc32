// Faults of destinations, against the real destinations' process, and what the reference pipeline makes of them.
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { monotonicMs, sleep, until } from '../../harness/clock.ts'
import { arrangeLocal } from '../../harness/environment/local.ts'
import type { FaultParameters } from '../../harness/faults/fault.ts'
import { faultKinds } from '../../harness/faults/registry.ts'
import { probeFaultPaths } from '../../harness/faults/fault-paths.ts'
import { startNativeEngine } from '../../harness/load/native/engine.ts'
import { createCorpus, type Corpus } from '../../harness/platform/corpus.ts'
import { shopify2024 } from '../../harness/platform/retry-policies.ts'
import reference from '../../system/reference.ts'
import { disturbed, endsAlone, faultOf, run, startEnds, type Ends } from '../fixtures/faults/ends.ts'
import { arrangement } from '../fixtures/environment/arranged.ts'

const seen = { installedAt: expect.any(Number), observedAt: expect.any(Number), healedAt: expect.any(Number) }

describe('what a client meets', () => {
  let ends: Ends
  let corpus: Corpus
  let next = 0
  beforeAll(async () => {
    ends = await startEnds({ rate: 4_000, over: '1s' })
    corpus = createCorpus({ seed: ends.plan.seed, shops: ends.plan.shops, topics: ends.plan.topics })
    ends.servers.begin('flood', monotonicMs() - 10_000, Date.now() - 10_000)
  }, 30_000)
  afterAll(() => ends.stop(), 20_000)

  /** Relays a batch of four orders that nobody has relayed yet. */
  async function relay(): Promise<{ orders: number[]; status: number; headers: Headers; body: string; tookMs: number }> {
    const orders = Array.from({ length: 4 }, () => next++)
    const batch = orders.map(order => ({
      messageId: `message-${order}`,
      properties: { shop: ends.plan.shops[ends.plan.shop[order]], order_id: corpus.orderId(order), topic: 'orders/create', revenue: corpus.amount(order), currency: corpus.currency(order) },
    }))
    const beganMs = monotonicMs()
    const url = `http://127.0.0.1:${ends.servers.ports.destinationPorts.analytics}/v1/batch`
    try {
      const response = await fetch(url, { method: 'POST', body: JSON.stringify({ batch }) })
      const body = await response.text().catch(() => 'cut off')
      return { orders, status: response.status, headers: response.headers, body, tookMs: monotonicMs() - beganMs }
    } catch {
      return { orders, status: 0, headers: new Headers(), body: '', tookMs: 0 }
    }
  }

  /** One fault for a while, with relays from before it until after it: those that met it, and how many orders of each were recorded. */
  async function meet(kind: string, parameters: FaultParameters, isMet: (answer: Awaited<ReturnType<typeof relay>>) => boolean, forMs = 800) {
    const answers: Awaited<ReturnType<typeof relay>>[] = []
    let going = true
    const relaying = (async () => { while (going) answers.push(await relay(), await sleep(40).then(relay)) })()
    const [record] = await run(endsAlone(ends.servers), ends.journal, [faultOf(kind, 'analytics', { atMs: 150, forMs }, parameters)])
    going = false
    await relaying
    expect(await relay()).toMatchObject({ status: 200, body: '{"success":true}' })
    const stats = await ends.servers.flush()
    expect(stats).toMatchObject({ unexpected: 0, unreadable: 0 })
    const met = answers.filter(isMet)
    expect(met.length).toBeGreaterThan(0)
    expect(answers.filter(answer => !isMet(answer)).every(answer => answer.status === 200 && recorded(answer.orders) === 4)).toBe(true)
    return { record, met, answers, recorded: met.map(({ orders }) => recorded(orders)) }
  }

  function recorded(orders: readonly number[]): number {
    return orders.filter(order => ends.history.deliveries[0].effects[order] === 1).length
  }

  test.each<[string, FaultParameters, number]>([['fail', { status: 500 }, 500], ['rateLimit', { retryAfter: '2s' }, 429]])('%s %j: a status, and nothing recorded', async (kind, parameters, status) => {
    const { record, met, recorded: counts } = await meet(kind, parameters, answer => answer.status === status)
    expect(record).toMatchObject({ ...seen, observedBy: 'traffic' })
    expect(new Set(counts)).toEqual(new Set([0]))
    expect(met[0].headers.get('retry-after')).toBe(kind === 'rateLimit' ? '2' : null)
  })

  test('rateLimit takes as ever what it spares', async () => {
    const { record, answers } = await meet('rateLimit', { perSecond: 3 }, answer => answer.status === 429, 1_500)
    expect(record).toMatchObject({ ...seen, observedBy: 'traffic' })
    const statuses = answers.map(answer => answer.status)
    expect(statuses.slice(statuses.indexOf(429), statuses.lastIndexOf(429))).toContain(200)
  })

  test('slowDown: everything recorded, and late', async () => {
    const { record, recorded: counts } = await meet('slowDown', { p50: '350ms' }, answer => answer.tookMs > 300)
    expect(record).toMatchObject({ ...seen, observedBy: 'traffic' })
    expect(new Set(counts)).toEqual(new Set([4]))
  })

  test('acceptHalf: half of each batch recorded, and the answer says which', async () => {
    const { record, met, recorded: counts } = await meet('acceptHalf', {}, answer => answer.status === 207)
    expect(record).toMatchObject({ ...seen, observedBy: 'traffic' })
    expect(new Set(counts)).toEqual(new Set([2]))
    const { results } = JSON.parse(met[0].body) as { results: { index: number; id: string; status: number }[] }
    expect(results.map(({ index, id }) => [index, id])).toEqual(met[0].orders.map((order, index) => [index, `message-${order}`]))
    for (const { index, status } of results) expect(ends.history.deliveries[0].effects[met[0].orders[index]]).toBe(status === 200 ? 1 : 0)
  })

  test.each<[FaultParameters, string, number]>([
    [{}, '<!doctype html>', 0],
    [{ answer: 'json', orders: 'taken' }, '{"success":false', 4],
    [{ answer: 'cut' }, 'cut off', 0],
  ])('garble %j: 200 with the wrong content, the orders dropped or taken', async (parameters, body, count) => {
    const { record, recorded: counts } = await meet('garble', parameters, answer => answer.status === 200 && answer.body.startsWith(body))
    expect(record).toMatchObject({ ...seen, observedBy: 'traffic' })
    expect(new Set(counts)).toEqual(new Set([count]))
  })

  test('refuse: nobody listens, and then somebody does on the same port', async () => {
    const { record, recorded: counts } = await meet('refuse', {}, answer => answer.status === 0)
    expect(record).toMatchObject({ ...seen, observedBy: 'probe' })
    expect(record.evidence.join('\n')).toContain('ECONNREFUSED')
    // The first may have been taken, and its answer was lost with the connection.
    expect(new Set(counts.slice(1))).toEqual(new Set([0]))
  })

  test('where nobody relays anything a probe sees it, and one that does nothing is not seen', async () => {
    const window = { atMs: 100, forMs: 1_800 }
    const [idle] = await run(endsAlone(ends.servers), ends.journal, [faultOf('fail', 'analytics', window)])
    expect(idle).toMatchObject({ ...seen, observedBy: 'probe' })
    const nothing = { ...faultKinds.fail, install: async () => 'nothing', probeInstalled: async () => 'so it says' }
    const [planted] = await run(endsAlone(ends.servers), ends.journal, [faultOf('fail', 'analytics', window)], { kinds: { fail: nothing } })
    expect(planted).toMatchObject({ installedAt: expect.any(Number), observedAt: null, healedAt: expect.any(Number) })
  })
})

test('the reference pipeline delivers every order once through all of them', async () => {
  const ends = await startEnds({ rate: 100, over: '13500ms' })
  const arranged = arrangement({}, { system: reference, servers: ends.servers.upstreams, signal: AbortSignal.timeout(90_000) })
  const environment = await arrangeLocal(arranged.options)
  const { plan, history, servers } = ends
  const engine = await startNativeEngine({
    plan, history, corpus: plan, secret: arranged.options.secret, url: environment.intakeUrl, retries: shopify2024, timeScale: 240, maxSockets: 64,
    refusedStatuses: reference.intake.refusedStatuses, attemptsFile: join(ends.folder, 'attempts.bin'),
  })
  try {
    const faults = [
      faultOf('fail', 'analytics', { atMs: 300, forMs: 1_000 }),
      faultOf('rateLimit', 'analytics', { atMs: 2_400, forMs: 1_000 }, { perSecond: 2, retryAfter: '1s' }),
      faultOf('slowDown', 'analytics', { atMs: 4_600, forMs: 1_000 }, { p50: '500ms', p99: '2s' }),
      faultOf('acceptHalf', 'analytics', { atMs: 6_800, forMs: 1_000 }),
      faultOf('garble', 'analytics', { atMs: 8_900, forMs: 800 }),
      faultOf('garble', 'analytics', { atMs: 10_800, forMs: 800 }, { answer: 'cut', orders: 'taken' }),
      faultOf('refuse', 'analytics', { atMs: 12_700, forMs: 800 }),
    ]
    const around = disturbed(environment, servers, engine)
    expect(await probeFaultPaths(around, faults)).toEqual([])
    const startedAtMs = monotonicMs() + 50
    servers.begin('flood', startedAtMs, Date.now() + 50)
    const sending = engine.send({ from: 0, to: plan.eventCount, startedAtMs, wallMs: Date.now() + 50 })
    const records = await run(around, ends.journal, faults)
    await sending
    for (const record of records) expect(record).toMatchObject({ ...seen, observedBy: record.kind === 'refuse' ? 'probe' : 'traffic' })
    await until('every order at the destination', 20_000, () => {
      if (servers.progress.delivered < plan.eventCount) throw new Error(`${servers.progress.delivered} of ${plan.eventCount} arrived`)
      return true
    })
    await servers.flush()
    expect(history.deliveries[0].effects).toEqual(new Uint8Array(plan.eventCount).fill(1))
  } finally {
    await engine.close()
    await environment.stop()
    arranged.remove()
    await ends.stop()
  }
}, 120_000)
