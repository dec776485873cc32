// The worker's golden signals: traffic, errors, delay, saturation.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

export interface WorkerMetrics {
  /** One event acked, this many seconds after it was stored. */
  processed(delaySeconds: number): void
  relayed(destination: string, events: number): void
  /** Events that an earlier delivery had relayed already. */
  alreadyRelayed(events: number): void
  deadLettered(): void
  redriven(events: number): void
}

/** Registers the worker's metrics; `held` and `batches` are read when somebody asks. */
export function createWorkerMetrics(registry: Registry, saturation: { held: () => number; batches: () => number }): WorkerMetrics {
  const registers = [registry]
  const delay = new Histogram({ name: 'worker_event_delay_seconds', help: 'From stored in the queue to acked', registers, buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800] })
  const relayed = new Counter({ name: 'worker_events_relayed_total', help: 'Events that a destination has answered for', labelNames: ['destination'], registers })
  const already = new Counter({ name: 'worker_events_already_relayed_total', help: 'Deliveries of events that the ledger knew as relayed', registers })
  const dead = new Counter({ name: 'worker_dead_letters_total', help: 'Messages that can never succeed', registers })
  const redriven = new Counter({ name: 'worker_dead_letters_redriven_total', help: 'Dead letters brought back into the queue', registers })
  new Gauge({ name: 'worker_messages_held', help: 'Messages received and not yet acked', registers, collect() { this.set(saturation.held()) } })
  new Gauge({ name: 'worker_batches_in_flight', help: 'Batches on their way', registers, collect() { this.set(saturation.batches()) } })
  return {
    processed: seconds => delay.observe(seconds),
    relayed: (destination, events) => relayed.inc({ destination }, events),
    alreadyRelayed: events => void (events > 0 && already.inc(events)),
    deadLettered: () => dead.inc(),
    redriven: events => void (events > 0 && redriven.inc(events)),
  }
}
