// The streams and the consumer that the pipeline needs in JetStream, made by whichever service comes first.
import { AckPolicy, DiscardPolicy, JetStreamApiError, jetstreamManager, RetentionPolicy, StorageType, type JetStreamManager, type StreamConfig } from '@nats-io/jetstream'
import { nanos, type NatsConnection } from '@nats-io/transport-node'
import { oneOf, wholeNumber, type Reader } from '../service/settings.ts'

export const webhookStream = 'WEBHOOKS'
export const webhookSubject = 'webhooks'
export const deadLetterStream = 'DEAD_LETTERS'
export const deadLetterSubject = 'dead-letters'
export const workerConsumer = 'worker'

/** Settings of the streams. Every service that connects must be given the same: they are applied by whoever comes up. */
export const streamSettings = {
  STREAM_STORAGE: oneOf(['file', 'memory'], 'file'),
  /** How long JetStream remembers message ids. Repeats after that are found by the ledger. */
  DUPLICATE_WINDOW_MS: wholeNumber({ fallback: 120_000, min: 1 }),
  /** Copies that JetStream keeps of a message before it acknowledges it: more than one needs a cluster with as many nodes. */
  STREAM_REPLICAS: wholeNumber({ fallback: 1, min: 1, max: 5 }),
  STREAM_MAX_BYTES: wholeNumber({ fallback: 8 * 1024 ** 3, min: 1024 ** 2 }),
} satisfies Record<string, Reader<unknown>>

export interface StreamSettings {
  STREAM_STORAGE: 'file' | 'memory'
  DUPLICATE_WINDOW_MS: number
  STREAM_REPLICAS: number
  STREAM_MAX_BYTES: number
}

export interface ConsumerSettings {
  ACK_WAIT_MS: number
  MAX_HELD: number
}

/** The server's own lower bound for a duplicate window. */
const shortestWindowMs = 100
const apiTimeoutMs = 2_000
const nameInUse = 10_058

/** The streams as they must be, whatever was there before but its storage. Safe to call at any time and from several services at once. */
export async function ensureStreams(connection: NatsConnection, settings: StreamSettings): Promise<JetStreamManager> {
  const manager = await jetstreamManager(connection, { checkAPI: false, timeout: apiTimeoutMs })
  const common = {
    storage: settings.STREAM_STORAGE === 'file' ? StorageType.File : StorageType.Memory,
    num_replicas: settings.STREAM_REPLICAS,
    // A full stream must refuse the new, never drop the old that has been promised.
    discard: DiscardPolicy.New,
    max_bytes: settings.STREAM_MAX_BYTES,
    duplicate_window: nanos(Math.max(shortestWindowMs, settings.DUPLICATE_WINDOW_MS)),
    allow_direct: true,
  }
  // A work queue: what is acked is gone, so what is in the stream is what is still owed.
  await ensureStream(manager, { ...common, name: webhookStream, subjects: [webhookSubject], retention: RetentionPolicy.Workqueue })
  await ensureStream(manager, { ...common, name: deadLetterStream, subjects: [deadLetterSubject], retention: RetentionPolicy.Limits })
  return manager
}

/** The durable consumer that all workers share. */
export async function ensureConsumer(manager: JetStreamManager, settings: ConsumerSettings): Promise<void> {
  await manager.consumers.add(webhookStream, {
    durable_name: workerConsumer,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(settings.ACK_WAIT_MS),
    // The worker counts deliveries and dead-letters what has had too many. A bound here would strand a message whose last delivery met a crash.
    max_deliver: -1,
    max_ack_pending: settings.MAX_HELD * 4,
  })
}

async function ensureStream(manager: JetStreamManager, config: Partial<StreamConfig> & { name: string }): Promise<void> {
  try {
    await manager.streams.add(config)
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== nameInUse) throw error
    await manager.streams.update(config.name, config)
  }
}
