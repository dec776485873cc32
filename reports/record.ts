import { z } from 'zod'

/**
 * The run record's contract: what stands in `run.json`. Reports read only this and the files it names. Times are ms since
 * the flood began unless a name says otherwise.
 */
export const schemaVersion = 1

const count = z.number().int().nonnegative()
const ms = z.number()
const percentiles = z.object({ p50: ms, p90: ms, p99: ms, p999: ms, max: ms, count })

const verdict = z.enum(['pass', 'fail', 'unknown', 'invalid'])

const runVerdict = z.enum(['pass', 'broken', 'missed', 'unknown', 'invalid'])

const counts = z.object({
  planned: count, sent: count, unsent: count, attempts: count, acked: count, refused: count, indeterminate: count,
  delivered: count, lost: count, missed: count, pending: count,
  late: count, duplicated: count, phantom: count, mutated: count, resolved: count, refusedButApplied: count, arrivals: count, listedBeforeArrival: count,
})
const throughput = z.object({ overall: z.number(), worstShopHour: z.object({ shop: z.string(), hour: count, delivered: count, planned: count }).nullable() })
const latencyMs = z.object({ generatorLag: percentiles, answer: percentiles, delivery: percentiles, uncorrected: percentiles })

export const runRecord = z.object({
  schemaVersion: z.literal(schemaVersion),
  runId: z.string(),
  floodmark: z.object({ version: z.string(), commit: z.string().nullable(), dirty: z.boolean().nullable() }),
  scenario: z.object({ name: z.string(), hash: z.string(), parameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])), hypothesis: z.string(), repair: z.boolean() }),
  system: z.object({ name: z.string(), configHash: z.string() }),
  seed: z.number(),
  /** What to type after `floodmark` to run this again, a word each: `run`, the scenario, the system, the seed, parameters, links. */
  command: z.array(z.string()),
  planHash: z.string(),
  startedAt: z.iso.datetime(),
  durationMs: ms,
  timeScale: z.number(),
  /** What the time scale shrank and what it did not, for the report: name and value in ms as run. */
  scaledTimes: z.array(z.object({ name: z.string(), ms, scaled: z.boolean() })),
  engine: z.string(),
  /** Threads of the native sender. */
  senders: count.default(1),
  links: z.enum(['toxiproxy', 'direct']),
  environment: z.object({ kind: z.string(), fingerprint: z.string(), cpuModel: z.string(), cpus: count, memoryBytes: count, os: z.string(), versions: z.record(z.string(), z.string()) }),
  /** Shares of all cores, 0 to 1, over the flood: at work, whoever for, and given to other guests by a hypervisor. Null where the kernel does not say. */
  machineCpu: z.object({ busyShare: z.number(), stolenShare: z.number() }).nullable().default(null),
  phases: z.array(z.object({ name: z.string(), startMs: ms, endMs: ms })),
  plan: z.object({
    events: count, orders: count, shops: count, peakPerSecond: z.number(), durationMs: ms, worstAttemptsPerSecond: z.number(), worstSockets: z.number(),
    /** How events lie on the arrival shape. */
    spacing: z.enum(['even', 'uniform', 'poisson']).default('even'),
    /** What of the shape was scaled: what lasts `lengthMs` in truth ran `time` times faster, at this share of its rate. */
    scales: z.array(z.object({ shape: z.string(), lengthMs: ms, time: z.number(), rate: z.number() })).default([]),
    /** The platform's disorder as it was planned: orders whose topics were due out of order, and webhooks that were sent twice. */
    ordersOutOfOrder: count.default(0), repeats: count.default(0),
  }),
  counts,
  unsentReasons: z.record(z.string(), count),
  throughput,
  /** Planned to sent; planned to answered and planned to delivered; uncorrected is sent to answered. Answers are those of first attempts. */
  latencyMs,
  /** HDR histograms of microseconds, compressed, base64; inside faults includes the declared recovery. */
  histograms: z.object({ delivery: z.object({ all: z.string(), insideFaults: z.string(), outsideFaults: z.string() }), answer: z.object({ all: z.string() }) }),
  faults: z.array(z.object({
    id: z.string(), kind: z.string(), target: z.string(), parameters: z.record(z.string(), z.union([z.number(), z.string()])),
    requestedAt: ms, installedAt: ms.nullable(), observedAt: ms.nullable(), observedBy: z.enum(['traffic', 'probe', 'exit']).nullable(), healedAt: ms.nullable(), evidence: z.array(z.string()),
  })),
  recoveryMs: z.array(z.object({ fault: z.string(), admission: ms.nullable(), backlog: ms.nullable(), destination: ms.nullable() })),
  processes: z.array(z.object({ name: z.string(), cpuMicroseconds: z.number(), peakRssBytes: z.number() })),
  checks: z.array(z.object({ name: z.string(), invariant: z.boolean(), verdict, expected: z.string(), observed: z.string(), evidence: z.array(z.string()) })),
  /** The one number that a regression gate compares. */
  primaryMetric: z.object({ name: z.string(), value: z.number(), unit: z.string(), higherIsBetter: z.boolean() }),
  /** Orders worth a story: lost, missed, duplicated, mutated, latest; a few of each. */
  stories: z.array(z.object({
    event: count, order: z.string(), shop: z.string(), topic: z.string(), why: z.string(), plannedAt: ms,
    attempts: z.array(z.object({ number: count, sentAt: ms, endedAt: ms.nullable(), outcome: z.string(), status: z.number().nullable() })),
    arrivals: z.array(z.object({ destination: z.string(), firstAt: ms.nullable(), arrivals: count, effects: count })),
  })),
  deaths: z.array(z.object({ name: z.string(), harness: z.boolean(), how: z.string(), lastLines: z.array(z.string()), at: ms })),
  /** Names of the record's files, relative to its folder. */
  files: z.object({ series: z.string(), events: z.string(), attempts: z.string(), report: z.string(), logs: z.array(z.string()) }),
  /** The control arm that ran before this one: the same plan without faults. Null where there was none. */
  control: z.object({ runId: z.string(), verdict: runVerdict, counts, throughput, latencyMs }).nullable().default(null),
  verdict: runVerdict,
  exitCode: z.number().int(),
})

export type RunRecord = z.infer<typeof runRecord>

/** `series.json`: one row a second of the flood and the drain; each array has one number (or null: nothing to measure) a second. */
export const seriesRecord = z.object({
  /** Second since the flood began that each row starts at. */
  second: z.array(z.number()),
  planned: z.array(count), attempts: z.array(count), acked: z.array(count), refused: z.array(count), indeterminate: z.array(count), delivered: z.array(count),
  /** Events acked and not yet arrived at the end of the second. */
  backlog: z.array(count),
  /** Percentiles stand in the second that the events were planned for. */
  answerP50Ms: z.array(ms.nullable()), answerP99Ms: z.array(ms.nullable()), delayP50Ms: z.array(ms.nullable()), delayP99Ms: z.array(ms.nullable()), lagP99Ms: z.array(ms.nullable()),
})

export type SeriesRecord = z.infer<typeof seriesRecord>
