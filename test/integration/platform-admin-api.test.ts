import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { monotonicMs } from '../../harness/clock.ts'
import { compilePlan } from '../../harness/plan/compile.ts'
import { constant } from '../../harness/plan/shapes.ts'
import { createAdminApi, type AdminApi, type AdminApiOptions } from '../../harness/platform/admin-api.ts'
import { createCorpus } from '../../harness/platform/corpus.ts'

const token = 'shpat_test'
const wallMs = Date.UTC(2026, 10, 27, 17)
const plan = compilePlan({
  load: { shape: constant({ rate: 100, over: '20s' }), shops: 3, topics: ['orders/create', 'orders/paid'] },
  seed: 5,
  scenarioHash: '',
  warmUp: { durationMs: 1_000, ratePerSecond: 40 },
})
const corpus = createCorpus(plan)
const roomy = { size: 1_000, leakPerSecond: 1_000 }
const closers: (() => void)[] = []

afterEach(() => closers.splice(0).forEach(close => close()))

interface Listed {
  id: number
  created_at: string
}

/** A served API, with warm-up and flood begun this long ago. */
async function serve({ floodAgeMs = 60_000, open = true, ...options }: Partial<AdminApiOptions> & { floodAgeMs?: number; open?: boolean } = {}) {
  const listed: number[] = []
  const api: AdminApi = createAdminApi({ plan, corpus, token, bucket: roomy, onListed: order => listed.push(order), ...options })
  api.begin({ part: 'warm-up', wallMs: wallMs - 5_000, startedAtMs: monotonicMs() - floodAgeMs - 5_000 })
  api.begin({ part: 'flood', wallMs, startedAtMs: monotonicMs() - floodAgeMs })
  api.setOpen(open)
  const server = createServer((request, response) => api.handle(request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => server.close().closeAllConnections())
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/admin/api/2026-10`
  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(path.startsWith('http') ? path : address + path, { headers: { 'x-shopify-access-token': token, 'x-shopify-shop-domain': plan.shops[0], ...headers } })
  return { api, listed, get }
}

function linkOf(response: Response, relation: string): string | undefined {
  return new RegExp(`<([^>]+)>; rel="${relation}"`).exec(response.headers.get('link') ?? '')?.[1]
}

/** Follows `next` to the end. */
async function readAll(get: (path: string) => Promise<Response>, first: string): Promise<{ ids: string[]; pages: number }> {
  const ids: string[] = []
  let pages = 0
  for (let path: string | undefined = first; path !== undefined && pages < 1_000; pages++) {
    const response = await get(path)
    expect(response.status).toBe(200)
    ids.push(...((await response.json()) as { orders: Listed[] }).orders.map(order => String(order.id)))
    path = linkOf(response, 'next')
  }
  return { ids, pages }
}

/** Ids of a shop's orders, newest first. */
function idsOf(shop: number): string[] {
  return Array.from({ length: plan.eventCount / 2 }, (_, order) => order).filter(order => plan.shop[order * 2] === shop).map(corpus.orderId).reverse()
}

describe('listing', () => {
  test('pages through each order of a shop exactly once, newest first', async () => {
    const { get, listed } = await serve()
    for (const shop of [0, 1, 2]) {
      const read = (path: string): Promise<Response> => get(path, { 'x-shopify-shop-domain': plan.shops[shop] })
      const { ids, pages } = await readAll(read, '/orders.json?status=any&limit=17')
      expect(ids).toEqual(idsOf(shop))
      expect(pages).toBe(Math.ceil(ids.length / 17))
      expect(await (await read('/orders/count.json')).json()).toEqual({ count: ids.length })
    }
    expect([...listed].sort((a, b) => a - b)).toEqual(Array.from({ length: plan.eventCount / 2 }, (_, order) => order))
  })

  test('goes back by the previous link', async () => {
    const { get } = await serve()
    const first = await get('/orders.json?limit=20')
    const second = await get(linkOf(first, 'next')!)
    expect(linkOf(first, 'previous')).toBeUndefined()
    const back = await get(linkOf(second, 'previous')!)
    expect(await back.text()).toBe(await first.text())
  })

  test('gives the bytes of the webhook', async () => {
    const { get } = await serve()
    const order = plan.eventCount / 2 - 1
    const text = await (await get('/orders.json?limit=1', { 'x-shopify-shop-domain': plan.shops[plan.shop[order * 2]] })).text()
    const body = Buffer.alloc(corpus.maxBodyBytes)
    const bytes = corpus.writeBody(order * 2, wallMs + plan.dueTicks[order * 2] / 100, body, 0)
    expect(text).toBe(`{"orders":[${body.toString('utf8', 0, bytes)}]}`)
  })

  test('has 50 a page by default and 250 at most', async () => {
    const busiest = plan.shops[[0, 1, 2].sort((a, b) => idsOf(b).length - idsOf(a).length)[0]]
    const { get } = await serve()
    const count = async (path: string): Promise<number> => ((await (await get(path, { 'x-shopify-shop-domain': busiest })).json()) as { orders: Listed[] }).orders.length
    expect([await count('/orders.json'), await count('/orders.json?limit=250'), await count('/orders.json?limit=9999')]).toEqual([50, 250, 250])
  })

  test('filters by time on both ends, by id and by state', async () => {
    const { get } = await serve()
    const times = ((await (await get('/orders.json?limit=250')).json()) as { orders: Listed[] }).orders
    const [later, earlier] = [times[10], times[30]]
    const between = await readAll(get, `/orders.json?created_at_min=${earlier.created_at}&created_at_max=${later.created_at}&limit=8`)
    expect(between.ids).toEqual(times.slice(10, 31).map(order => String(order.id)))
    expect((await readAll(get, `/orders.json?updated_at_min=${later.created_at}`)).ids).toEqual(times.slice(0, 11).map(order => String(order.id)))
    expect((await readAll(get, `/orders.json?since_id=${later.id}&limit=3`)).ids).toEqual(times.slice(0, 10).map(order => String(order.id)).reverse())
    expect((await readAll(get, '/orders.json?status=cancelled')).ids).toEqual([])
  })

  test('picks fields, on later pages too', async () => {
    const { get } = await serve()
    const first = await get('/orders.json?limit=2&fields=created_at,id')
    const second = await get(linkOf(first, 'next')!)
    for (const page of [first, second]) for (const order of ((await page.json()) as { orders: Listed[] }).orders) expect(Object.keys(order)).toEqual(['id', 'created_at'])
  })

  test('shows no order before its planned instant, and pages stand still while orders come in', async () => {
    const servedAtMs = monotonicMs()
    const { get } = await serve({ floodAgeMs: 10_000 })
    const first = await get('/orders.json?limit=5')
    const firstIds = ((await first.json()) as { orders: Listed[] }).orders.map(order => String(order.id))
    const all = idsOf(0)
    const newest = all.indexOf(firstIds[0])
    const dueMs = (place: number): number => plan.dueTicks[corpus.orderOfOrderId(all[place])! * 2] / 100
    expect(dueMs(newest - 1)).toBeGreaterThan(10_000)
    expect(dueMs(newest)).toBeLessThan(10_000 + monotonicMs() - servedAtMs)
    await new Promise(resolve => setTimeout(resolve, 300))
    const rest = await readAll(get, linkOf(first, 'next')!)
    expect([...firstIds, ...rest.ids]).toEqual(all.slice(newest))
    const later = ((await (await get('/orders.json?limit=1')).json()) as { orders: Listed[] }).orders
    expect(all.indexOf(String(later[0].id))).toBeLessThan(newest)
  })

  test('shows nothing of a part that has not begun', async () => {
    const { get } = await serve({ floodAgeMs: -60_000 })
    expect((await readAll(get, '/orders.json')).ids).toEqual([])
  })
})

describe('refusing', () => {
  test('while closed, whoever asks', async () => {
    const { api, get } = await serve({ open: false })
    expect((await get('/orders.json')).status).toBe(503)
    api.setOpen(true)
    expect((await get('/orders.json')).status).toBe(200)
  })

  test('a wrong or missing token', async () => {
    const { get, listed } = await serve()
    for (const wrong of ['', 'shpat_tesT', `${token}x`]) expect((await get('/orders.json', { 'x-shopify-access-token': wrong })).status).toBe(401)
    expect(listed).toEqual([])
  })

  test('an unknown shop, path or method', async () => {
    const { get } = await serve()
    expect((await get('/orders.json', { 'x-shopify-shop-domain': 'shop-0004.myshopify.com' })).status).toBe(404)
    expect((await get('/products.json')).status).toBe(404)
    const shops = await get('/shops.json')
    expect(await shops.json()).toEqual({ shops: plan.shops.map(domain => ({ domain })) })
    const post = await fetch(shops.url, { method: 'POST', body: '{}', headers: { 'x-shopify-access-token': token } })
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET'])
  })

  test.each([
    'limit=0', 'limit=many', 'created_at_min=yesterday', 'since_id=-1', 'status=lost', 'page_info=nonsense', `page_info=${Buffer.from('[1,0,5,0,0]').toString('base64url')}`,
    `page_info=${Buffer.from('[0,0,99999,0,0]').toString('base64url')}`,
  ])('a query that makes no sense: %s', async query => {
    const { get } = await serve()
    const response = await get(`/orders.json?${query}`)
    expect(response.status).toBe(400)
    expect(Object.keys(((await response.json()) as { errors: object }).errors)).toEqual([query.split('=')[0]])
  })

  test('filters beside a cursor', async () => {
    const { get } = await serve()
    const next = linkOf(await get('/orders.json?limit=2'), 'next')!
    expect((await get(`${next}&created_at_min=2026-01-01T00:00:00Z`)).status).toBe(400)
    expect((await get(`${next}&status=any`)).status).toBe(400)
    expect((await get(next)).status).toBe(200)
  })

  test('calls beyond the bucket of a shop, and of that shop alone', async () => {
    const { get } = await serve({ bucket: { size: 4, leakPerSecond: 0.01 } })
    const answers = []
    for (let call = 0; call < 6; call++) answers.push(await get('/orders.json?limit=1'))
    expect(answers.map(answer => answer.status)).toEqual([200, 200, 200, 200, 429, 429])
    expect(answers.map(answer => answer.headers.get('x-shopify-shop-api-call-limit'))).toEqual(['1/4', '2/4', '3/4', '4/4', '4/4', '4/4'])
    const seconds = Number(answers[4].headers.get('retry-after'))
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThanOrEqual(100)
    expect((await get('/orders.json', { 'x-shopify-shop-domain': plan.shops[1] })).status).toBe(200)
  })

  test('only until the bucket has leaked', async () => {
    const { get } = await serve({ bucket: { size: 1, leakPerSecond: 20 } })
    await get('/orders.json?limit=1')
    const full = await get('/orders.json?limit=1')
    if (full.status === 429) await new Promise(resolve => setTimeout(resolve, Number(full.headers.get('retry-after')) * 1_000))
    expect((await get('/orders.json?limit=1')).status).toBe(200)
  })
})
