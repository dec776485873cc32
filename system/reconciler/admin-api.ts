// The platform's Admin API as the reconciler uses it: which shops there are, and the orders of one in a window of time.
import { setTimeout as delay } from 'node:timers/promises'
import { splitOrders } from '../order/split-orders.ts'

/** The API says that it is closed for now. Nothing is wrong with what was asked. */
export class PlatformClosed extends Error {
  override name = 'PlatformClosed'
}

export interface AdminApiOptions {
  baseUrl: string
  token: string
  signal: AbortSignal
}

const version = '2024-10'
const pageLimit = 250
const requestTimeoutMs = 10_000
// At 40 requests a bucket and two a second no wait is longer than half a minute, unless the platform has trouble of its own.
const longestWaitMs = 30_000
const maxThrottled = 20
/** 25,000 orders a shop and window; a platform that lists more than that without end is not followed. */
const maxPages = 100

export class AdminApi {
  readonly #options: AdminApiOptions

  constructor(options: AdminApiOptions) {
    this.#options = options
  }

  /** Domains of the shops that have the app. */
  async shops(): Promise<string[]> {
    const response = await this.#get('shops.json', undefined)
    const { shops } = await response.json() as { shops: { domain: string }[] }
    return shops.map(shop => shop.domain)
  }

  /** JSON texts of a shop's orders created in [from, to], page by page. Throws `PlatformClosed` where the API is closed. */
  async *orders(shop: string, fromMs: number, toMs: number): AsyncGenerator<string[]> {
    const first = { status: 'any', limit: String(pageLimit), created_at_min: new Date(fromMs).toISOString(), created_at_max: new Date(toMs).toISOString() }
    let query: Record<string, string> | undefined = first
    for (let page = 0; query !== undefined; page++) {
      if (page >= maxPages) throw new Error(`${shop}: more than ${maxPages} pages of orders in one window`)
      const response: Response = await this.#get(`orders.json?${new URLSearchParams(query)}`, shop)
      yield splitOrders(await response.text())
      const cursor = nextCursor(response.headers.get('link'))
      // The platform refuses filters beside a cursor: it has them in it.
      query = cursor === undefined ? undefined : { limit: String(pageLimit), page_info: cursor }
    }
  }

  /** One request, as often as the rate limit wants it repeated. */
  async #get(path: string, shop: string | undefined): Promise<Response> {
    const { baseUrl, token, signal } = this.#options
    const headers = { 'x-shopify-access-token': token, ...(shop === undefined ? {} : { 'x-shopify-shop-domain': shop }) }
    for (let throttled = 0; throttled < maxThrottled; throttled++) {
      const response = await fetch(`${baseUrl}/admin/api/${version}/${path}`, { headers, signal: AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)]) })
      if (response.ok) return response
      await response.body?.cancel()
      if (response.status === 503) throw new PlatformClosed('the Admin API is closed')
      if (response.status !== 429) throw new Error(`the Admin API answered ${response.status}`)
      const waitMs = Number(response.headers.get('retry-after') ?? 1) * 1_000
      await delay(Math.min(longestWaitMs, Number.isFinite(waitMs) ? waitMs : 1_000), undefined, { signal })
    }
    throw new Error('the Admin API limits without end')
  }
}

/** The cursor of the next page. Only that is taken from the link: its host is the platform's own name, which is not how it is reached from here. */
function nextCursor(link: string | null): string | undefined {
  const next = /<([^>]*)>\s*;\s*rel="?next"?/.exec(link ?? '')?.[1]
  return next === undefined ? undefined : new URL(next, 'http://platform').searchParams.get('page_info') ?? undefined
}
