// What reconciliation reads from the ledger, and what it writes there of its findings.
import type { Pool } from 'pg'
import type { OwedEvent } from './owed-events.ts'

export type Stage = 'never accepted' | 'accepted, not processed' | 'processed, not delivered'

export interface Finding {
  event: OwedEvent
  stage: Stage
  requeued: boolean
}

/** How far each shop has been reconciled: ms since 1970. */
export async function readProgress(pool: Pool): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ shop: string; until: Date }>('select shop, until from reconciled')
  return new Map(rows.map(({ shop, until }) => [shop, until.getTime()]))
}

/** Those of the message ids that were processed. */
export async function readProcessed(pool: Pool, messageIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await pool.query<{ message_id: string }>('select message_id from orders where message_id = any($1::uuid[])', [messageIds])
  return new Set(rows.map(row => row.message_id))
}

/** Takes back that a destination has these, since it says otherwise; without this the worker would skip them when they come again. */
export async function forgetDeliveries(pool: Pool, destination: string, messageIds: readonly string[]): Promise<void> {
  await pool.query('delete from deliveries where destination = $1 and message_id = any($2::uuid[])', [destination, messageIds])
}

const insertFindings = `
  insert into anomalies (message_id, shop, order_id, topic, stage, created_at, hour_start, requeued)
  select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::boolean[])
  on conflict do nothing`

const addHours = `
  insert into shop_hours as hours (shop, hour_start, planned, delivered)
  select $1, hour_start, count(*), count(*) filter (where delivered) from unnest($2::timestamptz[], $3::boolean[]) as events (hour_start, delivered) group by hour_start
  on conflict (shop, hour_start) do update set planned = hours.planned + excluded.planned, delivered = hours.delivered + excluded.delivered`

/** Everything that was found in one shop's window, and how far it reached, in one transaction: a window counts once or not at all. */
export async function writeWindow(pool: Pool, shop: string, untilMs: number, events: readonly OwedEvent[], findings: readonly Finding[]): Promise<void> {
  const missing = new Set(findings.map(finding => finding.event))
  const client = await pool.connect()
  try {
    await client.query('begin')
    if (findings.length > 0) await client.query(insertFindings, columnsOf(findings))
    if (events.length > 0) await client.query(addHours, [shop, events.map(event => event.hourStart), events.map(event => !missing.has(event))])
    await client.query('insert into reconciled (shop, until) values ($1, $2) on conflict (shop) do update set until = excluded.until', [shop, new Date(untilMs)])
    await client.query('commit')
    client.release()
  } catch (error) {
    client.release(true)
    throw error
  }
}

function columnsOf(findings: readonly Finding[]): unknown[][] {
  const events = findings.map(finding => finding.event)
  return [
    events.map(event => event.messageId), events.map(event => event.shop), events.map(event => event.orderId), events.map(event => event.topic),
    findings.map(finding => finding.stage), events.map(event => event.createdAt), events.map(event => event.hourStart), findings.map(finding => finding.requeued),
  ]
}

const resolve = `
  with resolved as (update anomalies set resolved_at = now() where message_id = any($1::uuid[]) and resolved_at is null returning shop, hour_start),
       late as (select shop, hour_start, count(*) as events from resolved group by shop, hour_start)
  update shop_hours as hours set delivered = hours.delivered + late.events from late where hours.shop = late.shop and hours.hour_start = late.hour_start`

/** Message ids of what was missing when last looked, the oldest first, a bounded number. */
export async function readOpenAnomalies(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ message_id: string }>('select message_id from anomalies where resolved_at is null order by found_at limit 10000')
  return rows.map(row => row.message_id)
}

/** Writes that these have arrived after all; their hours are corrected. */
export async function resolveAnomalies(pool: Pool, messageIds: readonly string[]): Promise<void> {
  if (messageIds.length > 0) await pool.query(resolve, [messageIds])
}

/** Of each shop, the last hour that was reconciled: its share of events delivered. */
export async function readThroughput(pool: Pool): Promise<{ shop: string; throughput: number }[]> {
  const { rows } = await pool.query<{ shop: string; planned: number; delivered: number }>('select distinct on (shop) shop, planned, delivered from shop_hours order by shop, hour_start desc')
  return rows.map(({ shop, planned, delivered }) => ({ shop, throughput: delivered / planned }))
}
