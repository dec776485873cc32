// The intake: takes signed webhooks, and answers 200 only when the queue has stored them. Runs alone from its environment:
//
//   NATS_URL             nats://host:port of the queue; of a cluster all nodes, with commas between them
//   WEBHOOK_SECRET       secret that webhooks are signed with
//   WEBHOOK_NEXT_SECRET  one that they may be signed with as well, while the app's secret is being rotated (none)
//   HOST, PORT           to listen on (127.0.0.1, 8080); /healthz and /metrics are there too
//   WEBHOOK_PATH         path that webhooks are posted to (/webhooks)
//   MAX_BODY_BYTES       larger bodies are answered 413 (2097152)
//   REQUEST_TIMEOUT_MS   how long a sender may take for one request (10000)
//   PUBLISH_TIMEOUT_MS   how long the queue may take to answer (3000, below the platform's 5000)
//   MAX_IN_FLIGHT, MAX_IN_FLIGHT_BYTES      webhooks that wait for the queue; beyond, 503 (2000, 67108864)
//   STREAM_STORAGE, STREAM_REPLICAS, DUPLICATE_WINDOW_MS, STREAM_MAX_BYTES     of the queue, as in queue/streams.ts; LOG_LEVEL (info)
import type { NatsConnection } from '@nats-io/transport-node'
import { openQueue } from '../queue/connection.ts'
import { Publisher } from '../queue/publisher.ts'
import { ensureStreams, streamSettings } from '../queue/streams.ts'
import { runService, type Logger, type RunningService } from '../service/lifecycle.ts'
import { readSettings, text, wholeNumber, urls } from '../service/settings.ts'
import { createRegistry } from '../service/status.ts'
import { createAccept } from './accept.ts'
import { createIntake } from './intake.ts'
import { createIngestMetrics } from './metrics.ts'
import { SignatureCheck } from './signature.ts'

const prepareAgainMs = 500

async function start(log: Logger): Promise<RunningService> {
  const settings = readSettings({
    NATS_URL: urls(['nats']),
    WEBHOOK_SECRET: text(),
    WEBHOOK_NEXT_SECRET: text(''),
    HOST: text('127.0.0.1'),
    PORT: wholeNumber({ fallback: 8_080, max: 65_535 }),
    WEBHOOK_PATH: text('/webhooks'),
    MAX_BODY_BYTES: wholeNumber({ fallback: 2 * 1024 ** 2, min: 1 }),
    REQUEST_TIMEOUT_MS: wholeNumber({ fallback: 10_000, min: 1 }),
    PUBLISH_TIMEOUT_MS: wholeNumber({ fallback: 3_000, min: 1 }),
    MAX_IN_FLIGHT: wholeNumber({ fallback: 2_000, min: 1 }),
    MAX_IN_FLIGHT_BYTES: wholeNumber({ fallback: 64 * 1024 ** 2, min: 1 }),
    ...streamSettings,
  })
  const queue = openQueue(settings.NATS_URL, 'ingest', log)
  const publisher = new Publisher({ queue, timeoutMs: settings.PUBLISH_TIMEOUT_MS, maxInFlight: settings.MAX_IN_FLIGHT, maxInFlightBytes: settings.MAX_IN_FLIGHT_BYTES })
  const secrets = [settings.WEBHOOK_SECRET, settings.WEBHOOK_NEXT_SECRET].filter(secret => secret !== '')
  let isPrepared = false

  // A server that lost its streams answers every publish with "no responders", which is a 503: nothing needs to wait for this.
  async function prepare(connection: NatsConnection): Promise<void> {
    try {
      await ensureStreams(connection, settings)
      isPrepared = true
    } catch (error) {
      if (queue.up() !== connection) return
      log.warn({ reason: (error as Error).message }, 'streams not ready')
      setTimeout(() => void prepare(connection), prepareAgainMs).unref()
    }
  }
  queue.onDown(() => void (isPrepared = false))
  queue.onUp(connection => void prepare(connection))

  const registry = createRegistry('ingest')
  const metrics = createIngestMetrics(registry, () => publisher.inFlight)
  const intake = createIntake({
    path: settings.WEBHOOK_PATH,
    maxBodyBytes: settings.MAX_BODY_BYTES,
    requestTimeoutMs: settings.REQUEST_TIMEOUT_MS,
    registry,
    ailments: () => (isPrepared ? [] : ['queue']),
    turnedAway: status => metrics.answered(status, 0),
    accept: createAccept({ signatures: secrets.map(secret => new SignatureCheck(secret)), publisher, metrics, log }),
  })
  await intake.listen({ host: settings.HOST, port: settings.PORT })
  log.info({ path: settings.WEBHOOK_PATH, port: settings.PORT }, 'listening')

  return {
    // In this order: no new requests, those under way answered, and only then the queue let go.
    async stop() {
      await intake.close()
      publisher.close()
      await queue.close()
    },
  }
}

await runService('ingest', start)
