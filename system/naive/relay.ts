// The other half of the 2019 process: takes orders off the array, writes the ledger, relays, and gives up after three tries.
import { setTimeout as delay } from 'node:timers/promises'
import type { Pool } from 'pg'

export interface NaiveOrder {
  /** Taken for the order's name by everything after, as libraries of the platform advise: its retries are told by it, and what the platform itself sends twice is not. */
  webhookId: string
  shop: string
  topic: string
  text: string
}

export interface RelayOptions {
  orders: NaiveOrder[]
  ledger: Pool
  destinationUrl: string
}

// As many lanes of small batches as carry some two thousand orders a second past a destination that takes 100 ms.
const lanes = 10
const batchOrders = 25
// With nothing to do there is no hurry.
const idleMs = 500
const tries = 3
const betweenTriesMs = 300
const requestTimeoutMs = 1_000

/** Starts the lanes. They never end. */
export function relayForEver(options: RelayOptions): void {
  for (let lane = 0; lane < lanes; lane++) void runLane(options)
}

async function runLane({ orders, ledger, destinationUrl }: RelayOptions): Promise<never> {
  for (;;) {
    const batch = orders.splice(0, batchOrders).flatMap(readOrder)
    if (batch.length === 0) {
      await delay(idleMs)
      continue
    }
    // What three tries could not do is dropped, and nobody hears of it.
    await threeTimes(() => writeLedger(ledger, batch)).then(() => threeTimes(() => post(destinationUrl, batch))).catch(() => {})
  }
}

async function threeTimes(attempt: () => Promise<unknown>): Promise<void> {
  for (let left = tries - 1; ; left--) {
    try {
      await attempt()
      return
    } catch (error) {
      if (left === 0) throw error
      await delay(betweenTriesMs)
    }
  }
}

interface Track {
  messageId: string
  properties: { shop: string; order_id: string; topic: string; revenue: string; currency: string }
  timestamp: string
}

function readOrder({ webhookId, shop, topic, text }: NaiveOrder): Track[] {
  try {
    const order = JSON.parse(text)
    const id = String(order.id)
    return [{ messageId: webhookId, properties: { shop, order_id: id, topic, revenue: order.total_price, currency: order.currency }, timestamp: order.created_at }]
  } catch {
    return []
  }
}

const insert = `
  insert into naive_orders (message_id, shop, order_id, topic, amount, currency)
  select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) on conflict do nothing`

async function writeLedger(ledger: Pool, batch: readonly Track[]): Promise<void> {
  const properties = batch.map(track => track.properties)
  const columns = [properties.map(of => of.shop), properties.map(of => of.order_id), properties.map(of => of.topic), properties.map(of => of.revenue), properties.map(of => of.currency)]
  await ledger.query(insert, [batch.map(track => track.messageId), ...columns])
}

async function post(url: string, batch: readonly Track[]): Promise<void> {
  const body = JSON.stringify({ batch: batch.map(track => ({ type: 'track', event: 'Order Completed', ...track })) })
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body, signal: AbortSignal.timeout(requestTimeoutMs) })
  await response.arrayBuffer()
  if (!response.ok) throw new Error(`answered ${response.status}`)
}
