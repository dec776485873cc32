// Reads what the pipeline needs of an order's JSON, without losing digits of its id.

/** What the ledger keeps and the destinations are told. */
export interface Order {
  /** Decimal digits: ids may exceed 2^53. */
  id: string
  /** As Shopify writes money: "12.50". */
  amount: string
  currency: string
  /** ISO 8601. */
  createdAt: string
  customerId: string | undefined
  financialStatus: string | undefined
  fulfillmentStatus: string | undefined
  cancelledAt: string | undefined
}

/** A body that no further try can make sense of. The message is a reason that holds nothing of the body. */
export class UnreadableOrder extends Error {
  override name = 'UnreadableOrder'
}

const firstId = /\s*\{\s*"id"\s*:\s*(\d{1,20})\s*[,}]/y
const digits = /^\d{1,20}$/
const money = /^-?\d{1,15}(?:\.\d{1,6})?$/
const currencyCode = /^[A-Z]{3}$/
// ISO 8601 within what PostgreSQL takes as well: what passes here must never fail there, where it would fail a whole batch.
const time = /^[12]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-4]):?\d\d)$/

/** The order in a JSON text. Throws `UnreadableOrder` with the reason. */
export function readOrder(text: string): Order {
  const order = parseObject(text)
  const { total_price: amount, currency, created_at: createdAt } = order
  if (typeof amount !== 'string' || !money.test(amount)) throw new UnreadableOrder('total_price is not an amount of money')
  if (typeof currency !== 'string' || !currencyCode.test(currency)) throw new UnreadableOrder('currency is not a currency code')
  if (typeof createdAt !== 'string' || !time.test(createdAt) || Number.isNaN(Date.parse(createdAt))) throw new UnreadableOrder('created_at is not a time')
  return {
    id: idText(text, order.id),
    amount,
    currency,
    createdAt,
    customerId: Number.isSafeInteger(order.customer?.id) ? String(order.customer.id) : undefined,
    financialStatus: order.financial_status ?? undefined,
    fulfillmentStatus: order.fulfillment_status ?? undefined,
    cancelledAt: order.cancelled_at ?? undefined,
  }
}

function parseObject(text: string): any {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw new UnreadableOrder('not JSON')
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new UnreadableOrder('not a JSON object')
  return parsed
}

/** The digits of the top-level id. A number that JSON.parse can hold exactly is its own text; any other is looked up in the source. */
function idText(text: string, id: unknown): string {
  if (typeof id === 'string' && digits.test(id)) return id
  if (typeof id !== 'number' || !Number.isInteger(id) || id < 0) throw new UnreadableOrder('id is not a whole number')
  if (Number.isSafeInteger(id)) return String(id)
  firstId.lastIndex = 0
  const found = firstId.exec(text)?.[1] ?? topLevelId(text)
  // The parsed value decides which of several "id" keys counts; the source only adds the digits that it lost.
  if (found === undefined || Number(found) !== id) throw new UnreadableOrder('id cannot be read without loss')
  return found
}

const token = /"(?:[^"\\]|\\.)*"|[{}[\]]|-?\d[\d.eE+-]*/g

/** The last `"id": digits` at depth one. Only for valid JSON; slower than JSON.parse, and needed only when an id is huge and not the first key. */
function topLevelId(text: string): string | undefined {
  let depth = 0
  let previous = ''
  let found: string | undefined
  for (const [piece] of text.matchAll(token)) {
    if (piece === '{' || piece === '[') depth++
    else if (piece === '}' || piece === ']') depth--
    else if (depth === 1 && previous === '"id"' && digits.test(piece)) found = piece
    previous = piece
  }
  return found
}
