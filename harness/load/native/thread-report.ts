// What each of the sender's threads says of its part, and all of them as one sender.
import { TickHistogram, type TickCounts } from '../../checks/histogram.ts'
import type { Behind, SenderReport } from '../engine.ts'

/** A report of its own, and what it takes to make one of several. */
export interface ThreadReport extends SenderReport {
  lag: TickCounts
  behind: Behind
}

/** The threads' reports as one: counts add up, the lag is that of all sends, the event loop's delay is the worst thread's, since the others do not make up for it. */
export function mergeReports(reports: readonly ThreadReport[], threads: readonly { name: string; events: number }[]): SenderReport {
  const sum = (count: (report: ThreadReport) => number): number => reports.reduce((total, report) => total + count(report), 0)
  const worst = (name: 'p50' | 'p99' | 'max'): number => Math.max(...reports.map(({ eventLoopDelayMs }) => eventLoopDelayMs[name]))
  const lag = new TickHistogram()
  for (const report of reports) lag.add(report.lag)
  const { p50, p99, max } = lag.percentiles()
  return {
    engine: 'native',
    lagMs: { p50, p99, max },
    eventLoopDelayMs: { p50: worst('p50'), p99: worst('p99'), max: worst('max') },
    sent: sum(({ sent }) => sent),
    unsent: mergeReasons(reports),
    attempts: sum(({ attempts }) => attempts),
    waitedForSocket: sum(({ waitedForSocket }) => waitedForSocket),
    maxSockets: sum(({ maxSockets }) => maxSockets),
    subscriptionsRemoved: sum(({ subscriptionsRemoved }) => subscriptionsRemoved),
    disagreements: reports.flatMap(({ disagreements = [] }) => disagreements),
    threads: threads.map(({ name, events }, index) => ({ name, events, maxSockets: reports[index].maxSockets, behind: reports[index].behind })),
  }
}

function mergeReasons(reports: readonly ThreadReport[]): Record<string, number> {
  const merged: Record<string, number> = {}
  for (const { unsent } of reports) for (const [reason, count] of Object.entries(unsent)) merged[reason] = (merged[reason] ?? 0) + count
  return merged
}
