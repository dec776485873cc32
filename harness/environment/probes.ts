// One real request per protocol: what makes a component ready, and what shows a fault installed or gone.
import { jetstreamManager } from '@nats-io/jetstream'
import { connect as connectNats } from '@nats-io/transport-node'
import { request } from 'node:http'
import { Client } from 'pg'

/** Sends one request within the limit and says what answered, or throws. */
export type Probe = (timeoutMs: number) => Promise<string>

/** Connects to `host:port` and asks for the JetStream account: answered once streams are recovered. */
export function natsProbe(server: string): Probe {
  return async timeoutMs => {
    const connection = await connectNats({ servers: server, reconnect: false, timeout: timeoutMs, name: 'floodmark-probe' })
    try {
      const manager = await jetstreamManager(connection, { timeout: timeoutMs })
      const { streams } = await manager.getAccountInfo()
      return `NATS ${connection.info?.version}, JetStream with ${streams} streams`
    } finally {
      await connection.close()
    }
  }
}

/** Connects and waits for a PONG: a node accepts nobody before its store is read back, and answers without its cluster. */
export function natsNodeProbe(server: string): Probe {
  return async timeoutMs => {
    const connection = await connectNats({ servers: server, reconnect: false, timeout: timeoutMs, name: 'floodmark-probe', ignoreClusterUpdates: true })
    try {
      await connection.flush()
      return `NATS ${connection.info?.version} ${connection.info?.server_name}`
    } finally {
      await connection.close()
    }
  }
}

/** What a server says of its own work at `host:port` of its monitor: streams read back and written to, its cluster caught up with. Throws with what is not. */
export async function natsHealth(monitor: string, timeoutMs: number): Promise<string> {
  const response = await fetch(`http://${monitor}/healthz`, { signal: AbortSignal.timeout(timeoutMs) })
  const { status, error } = await response.json() as { status: string; error?: string }
  if (status !== 'ok') throw new Error(error ?? status)
  return status
}

/** Connects and selects. */
export function postgresProbe(url: string): Probe {
  return async timeoutMs => {
    await queryPostgres(url, 'select 1', timeoutMs)
    return 'PostgreSQL answered select 1'
  }
}

/** Runs SQL, several statements if need be, on a connection of its own; rows are those of a single one. */
export async function queryPostgres(url: string, sql: string, timeoutMs: number): Promise<Record<string, string>[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: timeoutMs, query_timeout: timeoutMs, application_name: 'floodmark-probe' })
  // The server may go away at any time, also between two requests: the request under way reports it.
  client.on('error', () => {})
  try {
    await client.connect()
    return (await client.query(sql)).rows
  } finally {
    // A paused server would never answer the goodbye.
    client.end().catch(() => {})
  }
}

/** A GET on a connection of its own, answered with a 2xx. */
export function httpProbe(host: string, port: number, path: string): Probe {
  return timeoutMs => new Promise((resolve, reject) => {
    const sent = request({ host, port, path, agent: false, signal: AbortSignal.timeout(timeoutMs) }, response => {
      response.resume()
      response.once('error', reject)
      response.once('end', () => {
        const status = response.statusCode ?? 0
        if (status >= 200 && status < 300) resolve(`HTTP ${status} from ${path}`)
        else reject(new Error(`HTTP ${status} from ${path}`))
      })
    })
    sent.once('error', reject)
    sent.end()
  })
}
