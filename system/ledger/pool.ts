// How a service reaches PostgreSQL: few connections, none of which may hang for long, and none whose loss ends the service.
import { Pool } from 'pg'
import type { Logger } from '../service/lifecycle.ts'

const connectTimeoutMs = 2_000
const queryTimeoutMs = 5_000

/** A pool that opens connections as they are needed. A query fails within some seconds if the server does not answer; the next one tries a new connection. */
export function openLedger(url: string, name: string, maxConnections: number, log: Logger): Pool {
  const pool = new Pool({
    connectionString: url, application_name: name, max: maxConnections, keepAlive: true,
    connectionTimeoutMillis: connectTimeoutMs, query_timeout: queryTimeoutMs, statement_timeout: queryTimeoutMs,
  })
  // An idle connection that breaks is replaced when the next query needs one.
  pool.on('error', error => log.debug({ err: error }, 'idle ledger connection lost'))
  return pool
}

/** Whether the ledger answers right now. */
export async function ledgerAnswers(pool: Pool): Promise<boolean> {
  return pool.query('select 1').then(() => true, () => false)
}
