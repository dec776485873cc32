// The one connection that a service has to NATS: made in the background, kept up for ever, honest about whether it is up.
import { connect, type NatsConnection } from '@nats-io/transport-node'
import type { Logger } from '../service/lifecycle.ts'

export interface Queue {
  /** The connection while it is up. Undefined means that nothing may be published: the client would keep it and send it later, when nobody waits for it any more. */
  up(): NatsConnection | undefined
  /** Called at once if the connection is up, and each time it comes up. The server may have lost its streams in between. */
  onUp(listener: (connection: NatsConnection) => void): void
  onDown(listener: () => void): void
  /** Sends what is buffered, then closes. Never takes longer than a second. */
  close(): Promise<void>
}

const reconnectEveryMs = 250
const dialTimeoutMs = 2_000
// A link that swallows everything is noticed by two pings without an answer.
const pingEveryMs = 2_000
const closeLimitMs = 1_000

/** Starts to connect to any of the servers and returns at once: a service must be able to say that its queue is away. */
export function openQueue(servers: readonly string[], name: string, log: Logger): Queue {
  let connection: NatsConnection | undefined
  let isUp = false
  let closed = false
  const upListeners: ((connection: NatsConnection) => void)[] = []
  const downListeners: (() => void)[] = []

  function rise(): void {
    if (connection === undefined) return
    isUp = true
    log.info('queue connected')
    for (const listener of upListeners) listener(connection)
  }

  function fall(): void {
    if (!isUp) return
    isUp = false
    if (!closed) log.warn('queue disconnected')
    for (const listener of downListeners) listener()
  }

  async function watch(): Promise<void> {
    const options = {
      servers: [...servers], name, noAsyncTraces: true, noRandomize: true, ignoreClusterUpdates: true, waitOnFirstConnect: true, maxReconnectAttempts: -1,
      reconnectTimeWait: reconnectEveryMs, timeout: dialTimeoutMs, pingInterval: pingEveryMs, maxPingOut: 2,
    }
    connection = await connect(options)
    if (closed) return connection.close()
    const statuses = connection.status()
    rise()
    for await (const status of statuses) {
      if (status.type === 'disconnect') fall()
      if (status.type === 'reconnect') rise()
    }
    fall()
  }

  watch().catch(error => log.fatal({ err: error }, 'queue connection given up'))
  return {
    up: () => (isUp ? connection : undefined),
    onUp(listener) {
      upListeners.push(listener)
      if (isUp && connection) listener(connection)
    },
    onDown: listener => void downListeners.push(listener),
    async close() {
      closed = true
      if (connection === undefined) return
      const limit = new Promise<void>(resolve => setTimeout(resolve, closeLimitMs).unref())
      if (isUp) await Promise.race([connection.flush().catch(() => {}), limit])
      await Promise.race([connection.close(), limit])
    },
  }
}
