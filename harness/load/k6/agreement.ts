// k6 counts by itself, floodmark by what k6 reported: where the two differ neither can be believed.
import { readFileSync } from 'node:fs'

import { causeOf } from '../../errors.ts'

/** k6's own totals at its end. */
export interface K6Counters {
  requests: number
  /** Those of them that asked for the flood's start. */
  gateRequests: number
  iterations: number
  dropped: number
}

/** What the harness made of the same flood. */
export interface Reported {
  /** Events that k6 was to send, and topics of an order: k6's stages may go on for one order more. */
  planned: number
  topics: number
  /** Lines of attempts that k6 printed, and those of them that no event is left for: unknown ones and second ones. */
  lines: number
  strays: number
  /** First attempts that the history holds of k6, and those that were cut off, of which k6 counts nothing. */
  taken: number
  cutOff: number
  /** It was ended before its time, so that it need not have come to the last event. */
  ended: boolean
}

/** Reads the machine-readable summary. Throws where it is not there or says something else. */
export function readCounters(path: string): K6Counters {
  const { results } = JSON.parse(readFileSync(path, 'utf8')) as { results: { metrics: { name: string; values: { count?: number } }[] } }
  // A counter that nothing was added to is left out.
  const count = (name: string): number => results.metrics.find(metric => metric.name === name)?.values.count ?? 0
  return { requests: count('http_reqs'), gateRequests: count('gate_requests'), iterations: count('iterations'), dropped: count('dropped_iterations') }
}

/** What k6's own totals and the history disagree about, a line each. */
export function disagreements(counters: K6Counters, { planned, topics, lines, strays, taken, cutOff, ended }: Reported): string[] {
  const problems: string[] = []
  const requests = counters.requests - counters.gateRequests
  // Who is ended may have counted what it had no time to report.
  if (requests < taken || requests > taken + (ended ? cutOff : 0)) problems.push(`k6 counts ${requests} webhooks sent, the history ${taken} first attempts of k6`)
  if (strays > 0) problems.push(`k6 reported ${strays} of ${lines} attempts for events that it had reported before, or that are not in the plan`)
  const idle = counters.iterations - lines
  if (idle < 0 || idle > topics + 1) problems.push(`k6 counts ${counters.iterations} iterations, and printed ${lines} attempts`)
  const missing = planned - taken - cutOff
  if (!ended && missing > counters.dropped) problems.push(`k6 left ${missing} events out, and counts ${counters.dropped} dropped iterations`)
  return problems
}

/** The same for a k6 that left no totals. */
export function readDisagreements(path: string, reported: Reported): string[] {
  try {
    return disagreements(readCounters(path), reported)
  } catch (error) {
    return [`k6 left no totals to hold against the history: ${causeOf(error)}`]
  }
}
