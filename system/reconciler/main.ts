// The reconciler: compares, hour by hour, what the platform has with what the destinations have, and queues again what is missing. Runs alone from its environment:
//
//   NATS_URL             nats://host:port of the queue; of a cluster all nodes, with commas between them
//   LEDGER_URL           postgres://... of the ledger, with ledger/schema.sql applied
//   ADMIN_URL, ADMIN_TOKEN     http://host:port of the platform's Admin API, and the access token for it
//   DESTINATIONS         name=http://host:port/path as the worker has them; each is asked at /received
//   HOST, PORT           of /healthz and /metrics (127.0.0.1, 8082)
//   SHOPS                domains between commas (asked of the platform)
//   TOPICS               topics that the app subscribes to, of those that an order's state implies (orders/create)
//   RECONCILE_INTERVAL_MS      time between rounds, and the hour that throughput is reported by (3600000)
//   RECONCILE_LOOKBACK_MS      how old an order may be to be looked at (86400000)
//   RECONCILE_SETTLE_MS        how young an order may be without being missed (10000)
//   STREAM_STORAGE, STREAM_REPLICAS, DUPLICATE_WINDOW_MS, STREAM_MAX_BYTES     of the queue, as in queue/streams.ts; LOG_LEVEL (info)
import { ledgerAnswers, openLedger } from '../ledger/pool.ts'
import { openQueue } from '../queue/connection.ts'
import { Publisher } from '../queue/publisher.ts'
import { ensureStreams, streamSettings } from '../queue/streams.ts'
import { runService, type Logger, type RunningService } from '../service/lifecycle.ts'
import { list, namedUrls, readSettings, text, url, wholeNumber, type Reader, urls } from '../service/settings.ts'
import { createRegistry, serveStatus } from '../service/status.ts'
import { AdminApi, PlatformClosed } from './admin-api.ts'
import { readThroughput } from './ledger.ts'
import { createReconcilerMetrics } from './metrics.ts'
import { reconcilableTopics } from './owed-events.ts'
import { reconcile } from './reconcile.ts'

const maxLedgerConnections = 4

/** Topics that reconciliation can tell from an order's state. */
function topics(): Reader<readonly string[]> {
  const read = list(['orders/create'])
  return value => {
    const found = read(value)
    if (found.some(topic => !reconcilableTopics.includes(topic))) throw new Error(`must be of ${reconcilableTopics.join(', ')}`)
    return found
  }
}

async function start(log: Logger): Promise<RunningService> {
  const settings = readSettings({
    NATS_URL: urls(['nats']),
    LEDGER_URL: url(['postgres', 'postgresql']),
    ADMIN_URL: url(['http', 'https']),
    ADMIN_TOKEN: text(),
    DESTINATIONS: namedUrls(),
    HOST: text('127.0.0.1'),
    PORT: wholeNumber({ fallback: 8_082, max: 65_535 }),
    SHOPS: list([]),
    TOPICS: topics(),
    RECONCILE_INTERVAL_MS: wholeNumber({ fallback: 3_600_000, min: 1 }),
    RECONCILE_LOOKBACK_MS: wholeNumber({ fallback: 86_400_000, min: 1 }),
    RECONCILE_SETTLE_MS: wholeNumber({ fallback: 10_000 }),
    ...streamSettings,
  })
  const ending = new AbortController()
  const queue = openQueue(settings.NATS_URL, 'reconciler', log)
  queue.onUp(connection => void ensureStreams(connection, settings).catch(error => log.warn({ reason: (error as Error).message }, 'streams not ready')))
  const ledger = openLedger(settings.LEDGER_URL, 'reconciler', maxLedgerConnections, log)
  const publisher = new Publisher({ queue, timeoutMs: 5_000, maxInFlight: 2_000, maxInFlightBytes: 64 * 1024 ** 2 })
  const admin = new AdminApi({ baseUrl: settings.ADMIN_URL.replace(/\/$/, ''), token: settings.ADMIN_TOKEN, signal: ending.signal })
  const registry = createRegistry('reconciler')
  const metrics = createReconcilerMetrics(registry)
  const options = {
    queue, publisher, ledger, admin, destinations: settings.DESTINATIONS, shops: settings.SHOPS, topics: settings.TOPICS, signal: ending.signal,
    lookbackMs: settings.RECONCILE_LOOKBACK_MS, settleMs: settings.RECONCILE_SETTLE_MS, hourMs: settings.RECONCILE_INTERVAL_MS,
  }

  async function round(): Promise<void> {
    try {
      const done = await reconcile(options)
      metrics.round(done === undefined ? 'backlog' : 'done')
      if (done === undefined) return log.info('the queue has a backlog: what is late cannot be told from what is lost, until the next round')
      metrics.found(done.findings, await readThroughput(ledger))
      log.info({ events: done.events, missing: done.findings.length, resolved: done.resolved }, 'reconciled')
    } catch (error) {
      if (ending.signal.aborted) return
      metrics.round(error instanceof PlatformClosed ? 'closed' : 'failed')
      if (error instanceof PlatformClosed) log.info('the Admin API is closed, until the next round')
      else log.warn({ reason: (error as Error).message }, 'round failed, until the next')
    }
  }

  let timer: NodeJS.Timeout
  // At a steady beat, however long a round takes, and never two at once.
  async function beat(): Promise<void> {
    const startedMs = performance.now()
    await round()
    if (!ending.signal.aborted) timer = setTimeout(beat, Math.max(0, settings.RECONCILE_INTERVAL_MS - (performance.now() - startedMs)))
  }
  timer = setTimeout(beat, settings.RECONCILE_INTERVAL_MS)
  const ailments = async (): Promise<string[]> => [...(queue.up() ? [] : ['queue']), ...(await ledgerAnswers(ledger) ? [] : ['ledger'])]
  const status = await serveStatus({ host: settings.HOST, port: settings.PORT, registry, ailments })

  return {
    // A round that is cut short wrote nothing of its window: the next one begins there.
    async stop() {
      ending.abort()
      clearTimeout(timer)
      publisher.close()
      await queue.close()
      status.close()
    },
  }
}

await runService('reconciler', start)
