// The intake's golden signals: traffic and errors by status, time to the answer, and how full it is.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

export interface IngestMetrics {
  /** One answer of this status, this long after the whole webhook was read. */
  answered(status: number, seconds: number): void
}

/** Registers the intake's metrics; `inFlight` is read when somebody asks. */
export function createIngestMetrics(registry: Registry, inFlight: () => number): IngestMetrics {
  const registers = [registry]
  const answers = new Counter({ name: 'ingest_webhooks_total', help: 'Answers by status', labelNames: ['status'], registers })
  const duration = new Histogram({ name: 'ingest_publish_seconds', help: 'From a whole webhook to its answer', registers, buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] })
  new Gauge({ name: 'ingest_publishes_in_flight', help: 'Published and not yet answered', registers, collect() { this.set(inFlight()) } })
  const byStatus = new Map<number, Counter.Internal>()
  return {
    answered(status, seconds) {
      let counter = byStatus.get(status)
      if (counter === undefined) byStatus.set(status, counter = answers.labels(String(status)))
      counter.inc()
      duration.observe(seconds)
    },
  }
}
