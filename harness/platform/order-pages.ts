// Pages of a shop's orders for the Admin API: filters make a range of places, a cursor a window in it.
import type { Corpus } from './corpus.ts'
import { firstPlace, type OrderBook } from './order-book.ts'
import { QueryError, type Cursor, type OrderFilters, type OrderQuery } from './order-query.ts'

interface OrderPage {
  /** In the list's direction: newest first, or from `since_id` on. */
  orders: number[]
  previous: Cursor | undefined
  next: Cursor | undefined
}

/** What the filters let through, as a cursor at the first page. Every filter is a bound on time or id, so that is one range. */
export function selectOrders(book: OrderBook, corpus: Corpus, shop: number, { fromMs, toMs, sinceId, open }: OrderFilters): Cursor {
  const orders = book.ordersOf(shop)
  const low = Math.max(
    firstPlace(orders, order => book.createdAtMs(order) >= fromMs),
    sinceId === undefined ? 0 : firstPlace(orders, order => Number(corpus.orderId(order)) > sinceId),
  )
  const high = open ? firstPlace(orders, order => book.createdAtMs(order) > toMs) : low
  return { shop, low, high: Math.max(low, high), ascending: sinceId !== undefined, at: 0 }
}

/** The page that a query asks for. Throws a QueryError for a cursor that was not made for this shop. */
export function readPage(book: OrderBook, corpus: Corpus, shop: number, { limit, filters, cursor }: OrderQuery): OrderPage {
  const window = cursor ?? selectOrders(book, corpus, shop, filters)
  const { low, high, at, ascending } = window
  const existing = book.ordersOf(shop)
  if (window.shop !== shop || low > high || high > existing.length || at > high - low) throw new QueryError('page_info', 'invalid value')
  const end = Math.min(at + limit, high - low)
  return {
    orders: Array.from({ length: end - at }, (_, index) => existing[ascending ? low + at + index : high - 1 - at - index]),
    previous: at > 0 ? { ...window, at: Math.max(0, at - limit) } : undefined,
    next: end < high - low ? { ...window, at: end } : undefined,
  }
}
