import { z } from 'zod'

/** The contract of `matrix.json`: what is known of a system's failures, one cell a dependency and failure mode. Written by the command, read by its reports. */
export const matrixSchemaVersion = 1

/** What users see, best first: nothing; orders late; orders accepted only on a later try; a second effect; orders never accepted; accepted orders gone. */
export const outcomes = ['unharmed', 'delayed', 'retried', 'duplicated', 'missed', 'lost'] as const
export type Outcome = (typeof outcomes)[number]

const count = z.number().int().nonnegative()

const cell = z.object({
  /** `invalid` and `unknown`: the run says nothing, and neither does the cell. */
  outcome: z.enum([...outcomes, 'unknown', 'invalid']),
  planned: count, accepted: count, delivered: count, lost: count, missed: count, duplicated: count,
  /** Webhooks that needed more than one attempt. */
  retried: count,
  /** The longest from planned to delivered, ms. */
  delayMaxMs: z.number(),
  runId: z.string(),
  /** Folder of the run's record, relative to matrix.json. */
  folder: z.string(),
  ranAt: z.iso.datetime(),
  /** Runs that it took: more than one where the first said nothing. */
  tries: z.number().int().positive(),
  why: z.string(),
})

export const matrixRecord = z.object({
  schemaVersion: z.literal(matrixSchemaVersion),
  system: z.object({ name: z.string(), configHash: z.string() }),
  floodmark: z.object({ version: z.string(), commit: z.string().nullable() }),
  machine: z.string(),
  dependencies: z.array(z.object({ name: z.string(), roles: z.array(z.string()) })),
  modes: z.array(z.object({ name: z.string(), summary: z.string() })),
  /** By dependency, then mode. A mode that says nothing of a dependency stands in `impossible`; any other cell that is not here was never run. */
  cells: z.record(z.string(), z.record(z.string(), cell)),
  impossible: z.record(z.string(), z.array(z.string())),
  /** What the system's owners declare, by dependency, then mode; and the file it stands in. */
  expected: z.record(z.string(), z.record(z.string(), z.enum(outcomes))),
  expectedFile: z.string().nullable(),
})

export type MatrixRecord = z.infer<typeof matrixRecord>
export type MatrixCell = z.infer<typeof cell>

/** How a cell stands to what was declared of it. */
export type CellState = 'impossible' | 'never run' | 'no verdict' | 'undeclared' | 'as declared' | 'differs'

export function stateOf({ cells, impossible, expected }: MatrixRecord, dependency: string, mode: string): CellState {
  if (impossible[dependency]?.includes(mode)) return 'impossible'
  const found = cells[dependency]?.[mode]
  if (found === undefined) return 'never run'
  if (found.outcome === 'unknown' || found.outcome === 'invalid') return 'no verdict'
  const declared = expected[dependency]?.[mode]
  if (declared === undefined) return 'undeclared'
  return declared === found.outcome ? 'as declared' : 'differs'
}
