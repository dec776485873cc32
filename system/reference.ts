// The reference pipeline as its own system file describes it: the same call that anyone's pipeline would use.
import { defineSystem, http, nats, node, postgres, segmentLike } from 'floodmark'
import { correlate } from './correlate.ts'

/**
 * The reference pipeline. With its queue in memory it is a control that must lose what the queue held when it died. With three nodes its queue is a cluster
 * that acknowledges a message only when two of them have it, and goes on while two of them are there.
 *
 * The ack wait is 5 s rather than the usual 30. The worker reports what it holds as work in progress, so only a dead worker's messages ever wait that
 * long, and a run that must see late redeliveries need not stay for half a minute. `settle` is that wait, the longest pause between two tries of anything
 * (a second), a breaker's second, and room. It also covers a reconciliation interval as soon as the time scale makes that shorter than some seconds,
 * which a scenario with `repair: true` must see to. A node that dies takes the worker's open pull with it without a word; the worker asks again after seven
 * seconds, and a new leader may take some to be found.
 */
export function referenceWith({ storage = 'file', nodes = 1 }: { storage?: 'file' | 'memory'; nodes?: 1 | 3 }): ReturnType<typeof defineSystem> {
  return defineSystem({
    name: nodes > 1 ? 'clustered' : storage === 'file' ? 'reference' : 'reference-memory',
    components: {
      // What is acked is in the page cache, and on disk two minutes later at most: safe from a killed server, not from a power cut.
      queue: nats({ storage, nodes, syncInterval: '2m' }),
      ledger: postgres({ schema: './ledger/schema.sql' }),
      ingest: node('./ingest/main.ts', {
        env: ({ to, host, port, secret, nextSecret, scaled }) => ({
          HOST: host, PORT: port, NATS_URL: to('queue'), WEBHOOK_SECRET: secret, WEBHOOK_NEXT_SECRET: nextSecret, STREAM_STORAGE: storage, STREAM_REPLICAS: nodes, DUPLICATE_WINDOW_MS: scaled('2m'),
        }),
        ready: http('/healthz'),
      }),
      worker: node('./worker/main.ts', {
        env: ({ to, host, port, scaled }) => ({
          HOST: host, PORT: port, NATS_URL: to('queue'), LEDGER_URL: to('ledger'), DESTINATIONS: `analytics=${to('analytics')}/v1/batch`,
          STREAM_STORAGE: storage, STREAM_REPLICAS: nodes, DUPLICATE_WINDOW_MS: scaled('2m'), REDRIVE_DELAY_MS: scaled('2m'), ACK_WAIT_MS: 5_000,
        }),
        ready: http('/healthz'),
      }),
      reconciler: node('./reconciler/main.ts', {
        env: ({ to, host, port, scaled, adminToken, topics }) => ({
          HOST: host, PORT: port, NATS_URL: to('queue'), LEDGER_URL: to('ledger'), ADMIN_URL: to('platform'), ADMIN_TOKEN: adminToken,
          DESTINATIONS: `analytics=${to('analytics')}/v1/batch`, STREAM_STORAGE: storage, STREAM_REPLICAS: nodes, DUPLICATE_WINDOW_MS: scaled('2m'),
          TOPICS: topics.join(','), RECONCILE_INTERVAL_MS: scaled('1h'), RECONCILE_LOOKBACK_MS: scaled('24h'), RECONCILE_SETTLE_MS: 3_000,
        }),
        ready: http('/healthz'),
      }),
    },
    roles: { intake: 'ingest', buffer: 'queue', worker: 'worker', store: 'ledger', reconciler: 'reconciler' },
    intake: { path: '/webhooks', refusedStatuses: [400, 401, 404, 405, 413, 415, 429, 503] },
    destinations: { analytics: segmentLike() },
    correlate,
    settle: nodes === 1 ? '9s' : '20s',
  })
}

export default referenceWith({ storage: 'file' })
