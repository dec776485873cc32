// Cuts a page of the Admin API's order list into the texts of its orders, so that each is read, and queued again, as it was written.
import { UnreadableOrder } from './read-order.ts'

const quote = 0x22
const backslash = 0x5c
const openBrace = 0x7b
const closeBrace = 0x7d

/** The JSON texts of the objects in `{"orders":[...]}`. Throws `UnreadableOrder` where the text has no such list. */
export function splitOrders(page: string): string[] {
  const start = /^\s*\{\s*"orders"\s*:\s*\[/.exec(page)
  if (start === null) throw new UnreadableOrder('not a page of orders')
  const orders: string[] = []
  let depth = 0
  let from = 0
  for (let at = start[0].length; at < page.length; at++) {
    const code = page.charCodeAt(at)
    if (code === quote) at = endOfString(page, at)
    else if (code === openBrace && depth++ === 0) from = at
    else if (code === closeBrace && --depth === 0) orders.push(page.slice(from, at + 1))
    // The brace that closes the page itself.
    if (depth < 0) return orders
  }
  throw new UnreadableOrder('a page of orders that ends too early')
}

/** Index of the quote that ends the string which begins at `from`. */
function endOfString(text: string, from: number): number {
  let at = from + 1
  while (at < text.length && text.charCodeAt(at) !== quote) at += text.charCodeAt(at) === backslash ? 2 : 1
  return at
}
