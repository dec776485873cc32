// The worker: takes webhooks from the queue, writes the ledger, relays to the destinations, and acks last. Runs alone from its environment:
//
//   NATS_URL             nats://host:port of the queue; of a cluster all nodes, with commas between them
//   LEDGER_URL           postgres://... of the ledger, with ledger/schema.sql applied
//   DESTINATIONS         name=http://host:port/path, more of them after commas
//   HOST, PORT           of /healthz and /metrics (127.0.0.1, 8081)
//   ACK_WAIT_MS          redelivery timeout of the queue (30000)
//   MAX_DELIVER          deliveries after which a message becomes a dead letter (20)
//   MAX_HELD             messages received and not yet acked (4000)
//   BATCH_SIZE, BATCH_LINGER_MS, MAX_BATCHES      events a batch (200), wait for more (40), batches on their way (24)
//   RELAY_TIMEOUT_MS     deadline of one request to a destination (3000)
//   REDRIVE_DELAY_MS     how long a dead letter rests before it is tried again (120000)
//   MAX_REDRIVES         how often that is done without anyone asking (3)
//   STREAM_STORAGE, STREAM_REPLICAS, DUPLICATE_WINDOW_MS, STREAM_MAX_BYTES     of the queue, as in queue/streams.ts; LOG_LEVEL (info)
import { setTimeout as delay } from 'node:timers/promises'
import { ledgerAnswers, openLedger } from '../ledger/pool.ts'
import { openQueue } from '../queue/connection.ts'
import { Publisher } from '../queue/publisher.ts'
import { ensureConsumer, ensureStreams, streamSettings } from '../queue/streams.ts'
import { runService, type Logger, type RunningService } from '../service/lifecycle.ts'
import { Dependency } from '../service/patience.ts'
import { namedUrls, readSettings, text, url, wholeNumber, urls } from '../service/settings.ts'
import { createRegistry, serveStatus } from '../service/status.ts'
import { Batches } from './batches.ts'
import { Destination } from './destination.ts'
import { HeldMessages } from './held-messages.ts'
import { createWorkerMetrics } from './metrics.ts'
import { createBatchProcessor } from './process-batch.ts'
import { Puller } from './puller.ts'
import { startRedriving } from './redriving.ts'

const maxLedgerConnections = 8
/** Work under way when the worker is told to stop may take this long to finish. */
const finishLimitMs = 7_000

async function start(log: Logger): Promise<RunningService> {
  const settings = readSettings({
    NATS_URL: urls(['nats']),
    LEDGER_URL: url(['postgres', 'postgresql']),
    DESTINATIONS: namedUrls(),
    HOST: text('127.0.0.1'),
    PORT: wholeNumber({ fallback: 8_081, max: 65_535 }),
    ACK_WAIT_MS: wholeNumber({ fallback: 30_000, min: 1_000 }),
    MAX_DELIVER: wholeNumber({ fallback: 20, min: 2 }),
    MAX_HELD: wholeNumber({ fallback: 4_000, min: 1, max: 100_000 }),
    BATCH_SIZE: wholeNumber({ fallback: 200, min: 1, max: 1_000 }),
    BATCH_LINGER_MS: wholeNumber({ fallback: 40 }),
    MAX_BATCHES: wholeNumber({ fallback: 24, min: 1, max: 64 }),
    RELAY_TIMEOUT_MS: wholeNumber({ fallback: 3_000, min: 1 }),
    REDRIVE_DELAY_MS: wholeNumber({ fallback: 120_000, min: 1 }),
    MAX_REDRIVES: wholeNumber({ fallback: 3 }),
    ...streamSettings,
  })
  const queue = openQueue(settings.NATS_URL, 'worker', log)
  const ledger = openLedger(settings.LEDGER_URL, 'worker', maxLedgerConnections, log)
  const destinations = [...settings.DESTINATIONS].map(([name, target]) => new Destination({ name, url: target, timeoutMs: settings.RELAY_TIMEOUT_MS, log }))
  const publisher = new Publisher({ queue, timeoutMs: 2_000, maxInFlight: 1_000, maxInFlightBytes: 64 * 1024 ** 2 })
  const held = new HeldMessages(queue, settings.ACK_WAIT_MS)
  const registry = createRegistry('worker')
  const metrics = createWorkerMetrics(registry, { held: () => held.size, batches: () => batches.inFlight })
  const ending = new AbortController()
  const dependencies = { ledger: new Dependency('ledger', log), queue: new Dependency('queue', log) }
  const batches = new Batches({
    size: settings.BATCH_SIZE,
    lingerMs: settings.BATCH_LINGER_MS,
    maxInFlight: settings.MAX_BATCHES,
    process: createBatchProcessor({ held, ledger, destinations, publisher, dependencies, maxDeliver: settings.MAX_DELIVER, metrics, log, signal: ending.signal }),
  })
  const puller = new Puller({
    queue,
    held,
    maxHeld: settings.MAX_HELD,
    prepare: async connection => ensureConsumer(await ensureStreams(connection, settings), settings),
    onMessage: one => batches.add(one),
  })
  const redriving = startRedriving({ queue, publisher, delayMs: settings.REDRIVE_DELAY_MS, maxRedrives: settings.MAX_REDRIVES, metrics, log })
  const ailments = async (): Promise<string[]> => [...(puller.isJoined ? [] : ['queue']), ...(await ledgerAnswers(ledger) ? [] : ['ledger'])]
  const status = await serveStatus({ host: settings.HOST, port: settings.PORT, registry, ailments })

  return {
    async stop() {
      puller.stop()
      redriving.stop()
      for (const end = Date.now() + finishLimitMs; held.size > 0 && Date.now() < end;) await delay(20)
      ending.abort()
      for (const one of held.all()) held.giveBack(one, 0)
      held.close()
      publisher.close()
      for (const destination of destinations) destination.close()
      await queue.close()
      status.close()
    },
  }
}

await runService('worker', start)
