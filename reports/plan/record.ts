import { z } from 'zod'

/** The contract of `floodmark plan --json`: what a scenario would send, without anything having been sent. Times are ms since the flood begins, as run. */
export const planSchemaVersion = 1

const count = z.number().int().nonnegative()
const ms = z.number()

export const planRecord = z.object({
  schemaVersion: z.literal(planSchemaVersion),
  scenario: z.object({ name: z.string(), hash: z.string(), parameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])), hypothesis: z.string() }),
  system: z.object({ name: z.string(), configHash: z.string() }),
  seed: z.number(),
  /** The same stands in run.json: two runs with the same hash sent the same events. */
  planHash: z.string(),
  flood: z.object({
    events: count, orders: count, durationMs: ms,
    /** Of any second, wherever it begins. */
    peakPerSecond: z.number(),
    meanPerSecond: z.number(),
    spacing: z.enum(['even', 'uniform', 'poisson']),
    /** What of the shape is scaled: what lasts `lengthMs` in truth runs `time` times faster, at this share of its rate. */
    scales: z.array(z.object({ shape: z.string(), lengthMs: ms, time: z.number(), rate: z.number() })),
  }),
  warmUp: z.object({ events: count, durationMs: ms, perSecond: z.number() }),
  /** Entry i is the second from i to i + 1 of the flood; all three are equally long, and go on for as long as anything is sent. */
  seconds: z.object({
    /** First attempts. */
    planned: z.array(count),
    /** The platform's own second copies. */
    repeats: z.array(count),
    /** All attempts, if each fails at once while a fault lasts that attempts can fail by. */
    worstAttempts: z.array(count),
  }),
  /** Largest first. */
  shops: z.array(z.object({ shop: z.string(), events: count })),
  topics: z.array(z.object({ topic: z.string(), events: count })),
  disorder: z.object({
    ordersOutOfOrder: count, repeats: count,
    /** Events that are sent later than what they tell of happened, and by how much at most. */
    delayed: count, longestDelayMs: ms,
  }),
  /** The retry schedule as run: delays are scaled, timeouts are not. */
  retries: z.object({ policy: z.string(), timeScale: z.number(), delaysMs: z.array(ms), connectTimeoutMs: ms, totalTimeoutMs: ms }),
  faults: z.array(z.object({ id: z.string(), kind: z.string(), target: z.string(), fromMs: ms, toMs: ms })),
  worst: z.object({
    /** Under the longest outage at the worst time, or under all of them where they are, whichever is more. */
    attemptsPerSecond: z.number(),
    /** Open at once if the intake hangs instead of refusing. */
    sockets: count,
    /** What the platform may hold. */
    maxSockets: count,
  }),
  /** What all events of the run, warm-up included, take in the harness's memory, and what they may. */
  memory: z.object({ events: count, bytesPerEvent: z.object({ plan: count, history: count, judging: count }), bytes: z.number(), limitBytes: z.number() }),
})

export type PlanRecord = z.infer<typeof planRecord>
