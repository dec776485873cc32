// Brings dead letters back from time to time, in case what was wrong has been mended: a bounded number of times each.
import { jetstreamManager } from '@nats-io/jetstream'
import type { Queue } from '../queue/connection.ts'
import type { Publisher } from '../queue/publisher.ts'
import type { Logger } from '../service/lifecycle.ts'
import { redrive } from './dead-letters.ts'
import type { WorkerMetrics } from './metrics.ts'

export interface RedrivingOptions {
  queue: Queue
  publisher: Publisher
  /** Rest of a dead letter before it is tried again, and time between two rounds. */
  delayMs: number
  maxRedrives: number
  metrics: WorkerMetrics
  log: Logger
}

// However much a run's time is compressed, a look at the stream costs the server something.
const shortestRoundMs = 250

/** Starts the rounds. A round that fails is made up for by the next. */
export function startRedriving({ queue, publisher, delayMs, maxRedrives, metrics, log }: RedrivingOptions): { stop(): void } {
  let next = 1
  let busy = false

  async function round(): Promise<void> {
    const connection = queue.up()
    if (connection === undefined || busy) return
    busy = true
    try {
      const manager = await jetstreamManager(connection, { checkAPI: false, timeout: 2_000 })
      const done = await redrive(manager, publisher, next, { olderThanMs: delayMs, maxRedrives })
      next = done.next
      metrics.redriven(done.redriven)
      if (done.redriven > 0) log.info({ redriven: done.redriven }, 'dead letters redriven')
    } catch (error) {
      log.debug({ err: error }, 'redrive round failed')
    } finally {
      busy = false
    }
  }

  const timer = setInterval(() => void round(), Math.max(shortestRoundMs, delayMs)).unref()
  return { stop: () => clearInterval(timer) }
}
