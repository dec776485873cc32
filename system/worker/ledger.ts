// What the worker writes to the ledger: one statement a batch, and each safe to repeat.
import type { Pool } from 'pg'
import type { Item } from './item.ts'

const insertOrders = `
  insert into orders (message_id, shop, order_id, topic, amount, currency, source, source_event_id, created_at)
  select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::timestamptz[])
  on conflict do nothing`

const selectDeliveries = 'select message_id, destination from deliveries where message_id = any($1::uuid[])'

const insertDeliveries = `
  insert into deliveries (message_id, destination)
  select id, $2 from unnest($1::uuid[]) as id
  on conflict do nothing`

/** For each destination, the message ids it has answered for before. */
export type Delivered = ReadonlyMap<string, ReadonlySet<string>>

/** Writes the orders that are not there yet, and tells which of them had been relayed by an earlier delivery. That costs a query only where some were there. */
export async function recordOrders(pool: Pool, items: readonly Item[]): Promise<Delivered> {
  const ids = arrayOf(items, item => item.messageId)
  const inserted = await pool.query({
    name: 'insert-orders',
    text: insertOrders,
    values: [
      ids,
      arrayOf(items, item => item.envelope.shop),
      arrayOf(items, item => item.order.id),
      arrayOf(items, item => item.envelope.topic),
      arrayOf(items, item => item.order.amount),
      arrayOf(items, item => item.order.currency),
      arrayOf(items, item => (item.envelope.fromReconciliation ? 'reconciliation' : 'webhook')),
      arrayOf(items, item => item.envelope.eventId),
      arrayOf(items, item => item.order.createdAt),
    ],
  })
  const delivered = new Map<string, Set<string>>()
  if (inserted.rowCount === items.length) return delivered
  const known = await pool.query<{ message_id: string; destination: string }>({ name: 'select-deliveries', text: selectDeliveries, values: [ids] })
  for (const { message_id: id, destination } of known.rows) {
    delivered.set(destination, (delivered.get(destination) ?? new Set()).add(id))
  }
  return delivered
}

/** Writes that a destination has answered for these items. */
export async function recordDeliveries(pool: Pool, destination: string, items: readonly Item[]): Promise<void> {
  await pool.query({ name: 'insert-deliveries', text: insertDeliveries, values: [arrayOf(items, item => item.messageId), destination] })
}

/**
 * One column of the items as the text of a PostgreSQL array. All that is read from a webhook has passed a pattern without quotes and backslashes
 * (order/read-order.ts, order/webhook.ts), so nothing here needs escaping, which is most of what the driver's own way costs.
 */
function arrayOf(items: readonly Item[], column: (item: Item) => string | undefined): string {
  let text = '{'
  for (const item of items) {
    const value = column(item)
    text += value === undefined ? 'NULL,' : `"${value}",`
  }
  return `${text.slice(0, -1)}}`
}
