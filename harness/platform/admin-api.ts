/**
 * The platform's Admin API as far as a reconciler needs it (DOMAIN.md 1.6): a shop's orders by cursor pages under its rate limit. It runs in the
 * destinations' process and answers from plan and corpus alone, so an order exists from its planned instant on, whether its webhook came through or not.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Plan } from '../plan/plan.ts'
import { createCallLimit, standardBucket, type Bucket } from './call-limit.ts'
import type { Corpus } from './corpus.ts'
import { createOrderBook, type PartStart } from './order-book.ts'
import { readPage, selectOrders } from './order-pages.ts'
import { cursorText, QueryError, readOrderQuery, type Cursor } from './order-query.ts'

export interface AdminApiOptions {
  plan: Plan
  corpus: Corpus
  /** What callers must send as X-Shopify-Access-Token. */
  token: string
  bucket?: Bucket
  /** Told of each order as it is listed: from then on the system can know of it without its webhook. */
  onListed: (order: number) => void
}

export interface AdminApi {
  handle(request: IncomingMessage, response: ServerResponse): void
  /** A part of the plan begins, and its orders come into being at their planned instants. */
  begin(start: PartStart): void
  /** Closed, as at first, it answers 503. */
  setOpen(open: boolean): void
}

interface Answer {
  status: number
  /** Text is JSON already. */
  body: object | string
  headers?: Record<string, string>
}

const paths = /^\/admin\/api\/(?:\d{4}-\d{2}|unstable)\/(shops|orders|orders\/count)\.json$/

/** Paths: `orders.json`, `orders/count.json`, and `shops.json`, which stands in for an app's own list of where it is installed. */
export function createAdminApi({ plan, corpus, token, bucket = standardBucket, onListed }: AdminApiOptions): AdminApi {
  const book = createOrderBook(plan)
  const shopOf = new Map(plan.shops.map((domain, shop) => [domain, shop]))
  const callLimit = createCallLimit(plan.shops.length, bucket)
  const tokenDigest = digestOf(token)
  let isOpen = false

  function answer(request: IncomingMessage): Answer {
    if (!isOpen) return failure(503, 'Service Unavailable')
    const [path, query] = (request.url ?? '').split('?', 2)
    const resource = paths.exec(path)?.[1]
    if (resource === undefined) return failure(404, 'Not Found')
    if (request.method !== 'GET') return { ...failure(405, 'Method Not Allowed'), headers: { allow: 'GET' } }
    // Digests have one length, so the comparison says nothing of the token's own.
    if (!timingSafeEqual(digestOf(headerOf(request, 'x-shopify-access-token')), tokenDigest)) return failure(401, 'Invalid API key or access token')
    if (resource === 'shops') return { status: 200, body: { shops: plan.shops.map(domain => ({ domain })) } }
    const host = headerOf(request, 'host')
    const shop = shopOf.get(headerOf(request, 'x-shopify-shop-domain') || host.replace(/:\d+$/, ''))
    if (shop === undefined) return failure(404, 'Not Found: X-Shopify-Shop-Domain names no shop')
    return limitCalls(shop, () => (resource === 'orders' ? listOrders(shop, new URLSearchParams(query), `http://${host}${path}`) : countOrders(shop, new URLSearchParams(query))))
  }

  function limitCalls(shop: number, call: () => Answer): Answer {
    const { used, retryAfterMs } = callLimit.take(shop)
    const limit = { 'x-shopify-shop-api-call-limit': `${used}/${bucket.size}` }
    if (retryAfterMs > 0) return { ...failure(429, 'Exceeded the call limit of this shop'), headers: { ...limit, 'retry-after': (Math.ceil(retryAfterMs / 100) / 10).toFixed(1) } }
    const answered = explainQuery(call)
    return { ...answered, headers: { ...answered.headers, ...limit } }
  }

  function listOrders(shop: number, query: URLSearchParams, address: string): Answer {
    const asked = readOrderQuery(query)
    const page = readPage(book, corpus, shop, asked)
    const bodies = page.orders.map(order => {
      onListed(order)
      return pickFields(corpus.orderJson(order, book.createdAtMs(order)), asked.fields)
    })
    const link = (relation: 'previous' | 'next', cursor: Cursor | undefined): string[] => {
      if (!cursor) return []
      const parameters = new URLSearchParams({ limit: String(asked.limit), ...(asked.fields && { fields: asked.fields.join(',') }), page_info: cursorText(cursor) })
      return [`<${address}?${parameters}>; rel="${relation}"`]
    }
    const links = [...link('previous', page.previous), ...link('next', page.next)]
    return { status: 200, body: `{"orders":[${bodies.join(',')}]}`, headers: links.length > 0 ? { link: links.join(', ') } : {} }
  }

  function countOrders(shop: number, query: URLSearchParams): Answer {
    const { low, high } = selectOrders(book, corpus, shop, readOrderQuery(query).filters)
    return { status: 200, body: { count: high - low } }
  }

  return {
    handle(request, response) {
      request.resume()
      const { status, body, headers } = answer(request)
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(typeof body === 'string' ? body : JSON.stringify(body))
    },
    begin: book.begin,
    setOpen(open) {
      isOpen = open
    },
  }
}

function failure(status: number, errors: string | Record<string, string>): Answer {
  return { status, body: { errors } }
}

/** A query that cannot be answered is a 400 that names the parameter. */
function explainQuery(call: () => Answer): Answer {
  try {
    return call()
  } catch (error) {
    if (error instanceof QueryError) return failure(400, { [error.parameter]: error.message })
    throw error
  }
}

function pickFields(json: string, fields: readonly string[] | undefined): string {
  if (!fields) return json
  return JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(json) as object).filter(([name]) => fields.includes(name))))
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name]
  return typeof value === 'string' ? value : ''
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
