// What reconciliation publishes: its rounds, what it found missing and where, and each shop's throughput in the last hour it knows.
import { Counter, Gauge, type Registry } from 'prom-client'
import type { Finding } from './ledger.ts'

export interface ReconcilerMetrics {
  round(result: 'done' | 'backlog' | 'closed' | 'failed'): void
  found(findings: readonly Finding[], throughput: readonly { shop: string; throughput: number }[]): void
}

/** Registers the reconciler's metrics. */
export function createReconcilerMetrics(registry: Registry): ReconcilerMetrics {
  const registers = [registry]
  const rounds = new Counter({ name: 'reconciler_rounds_total', help: 'Rounds by how they ended', labelNames: ['result'], registers })
  const anomalies = new Counter({ name: 'reconciler_anomalies_total', help: 'Events that a destination lacked, by the stage they were lost at', labelNames: ['stage'], registers })
  const requeued = new Counter({ name: 'reconciler_events_requeued_total', help: 'Events put into the queue again', registers })
  const shops = new Gauge({ name: 'reconciler_shop_throughput', help: 'Share of the events of the shop\'s last reconciled hour that the destinations have', labelNames: ['shop'], registers })
  return {
    round: result => rounds.inc({ result }),
    found(findings, throughput) {
      for (const { stage, requeued: wasRequeued } of findings) {
        anomalies.inc({ stage })
        if (wasRequeued) requeued.inc()
      }
      for (const { shop, throughput: share } of throughput) shops.set({ shop }, share)
    },
  }
}
