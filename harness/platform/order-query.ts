// What a client asks of `orders.json`: filters or a cursor, read from the query string and checked.

/** Filters of a first page, or the cursor of a later one. Times are wall ms. */
export interface OrderQuery {
  limit: number
  fields: readonly string[] | undefined
  filters: OrderFilters
  cursor: Cursor | undefined
}

export interface OrderFilters {
  fromMs: number
  toMs: number
  /** Only orders with a higher id, lowest first. */
  sinceId: number | undefined
  /** Whether open orders are asked for; there are no others. */
  open: boolean
}

/**
 * Where a page lies among a shop's orders: `[low, high)` are the places that the filters let through when paging began, so that orders that come
 * in meanwhile move nothing, and `at` is how many of them, in the list's direction, come before the page.
 */
export interface Cursor {
  shop: number
  low: number
  high: number
  ascending: boolean
  at: number
}

/** A query that cannot be answered: parameter and what is wrong with it, for a 400. */
export class QueryError extends Error {
  readonly parameter: string

  constructor(parameter: string, message: string) {
    super(message)
    this.parameter = parameter
  }
}

const defaultLimit = 50
const maxLimit = 250

/** Reads a query. As with Shopify, filters may not stand beside `page_info`, and a limit above 250 means 250. Unknown parameters change nothing. */
export function readOrderQuery(query: URLSearchParams): OrderQuery {
  const pageInfo = query.get('page_info')
  if (pageInfo !== null) {
    const filter = [...query.keys()].find(name => !['page_info', 'limit', 'fields'].includes(name))
    if (filter !== undefined) throw new QueryError(filter, 'cannot be passed beside page_info: the cursor carries it')
  }
  return {
    limit: Math.min(maxLimit, readWhole(query, 'limit', 1) ?? defaultLimit),
    fields: query.get('fields')?.split(',').map(field => field.trim()),
    filters: {
      fromMs: Math.max(readTime(query, 'created_at_min') ?? -Infinity, readTime(query, 'updated_at_min') ?? -Infinity),
      toMs: Math.min(readTime(query, 'created_at_max') ?? Infinity, readTime(query, 'updated_at_max') ?? Infinity),
      sinceId: readWhole(query, 'since_id', 0),
      open: readStatus(query),
    },
    cursor: pageInfo === null ? undefined : readCursor(pageInfo),
  }
}

/** The opaque text of `page_info`. */
export function cursorText({ shop, low, high, ascending, at }: Cursor): string {
  return Buffer.from(JSON.stringify([shop, low, high, ascending ? 1 : 0, at])).toString('base64url')
}

function readCursor(text: string): Cursor {
  try {
    const numbers: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    if (Array.isArray(numbers) && numbers.length === 5 && numbers.every(number => Number.isSafeInteger(number) && number >= 0)) {
      const [shop, low, high, ascending, at] = numbers as number[]
      return { shop, low, high, ascending: ascending === 1, at }
    }
  } catch {
    // Not JSON: no cursor that was made here.
  }
  throw new QueryError('page_info', 'invalid value')
}

function readWhole(query: URLSearchParams, name: string, least: number): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  if (!/^\d{1,16}$/.test(text) || Number(text) < least) throw new QueryError(name, `must be a whole number, ${least} or more`)
  return Number(text)
}

function readTime(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  const ms = Date.parse(text)
  if (Number.isNaN(ms)) throw new QueryError(name, 'must be a time in ISO 8601')
  return ms
}

function readStatus(query: URLSearchParams): boolean {
  const status = query.get('status') ?? 'open'
  if (!['open', 'closed', 'cancelled', 'any'].includes(status)) throw new QueryError('status', 'must be open, closed, cancelled or any')
  return status === 'open' || status === 'any'
}
