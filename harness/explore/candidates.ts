// Tries schedules: each is a scenario file and a run of its own, so that whatever is found can be run again as it was.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunRecord } from '../../reports/record.ts'
import { runInChild } from '../child-run.ts'
import { requestsOf, type Schedule } from './schedule.ts'
import type { FaultRequest } from '../faults/fault.ts'

export interface Tried {
  broke: boolean
  /** The run said nothing: the harness did not do its job, or there was too little to see. */
  invalid: boolean
  /** Invariants that broke, in words. */
  checks: string[]
}

export interface CandidatesOptions {
  folder: string
  seed: number
  signal: AbortSignal
  /** The scenario file of a schedule. */
  sourceOf: (name: string, faults: readonly FaultRequest[]) => string
}

export interface Candidates {
  /** Runs that were made, those that said nothing included. */
  readonly runs: number
  run(schedule: Schedule): Promise<Tried>
  /** Writes a schedule's scenario to keep and returns the file. */
  keep(name: string, schedule: Schedule): Promise<string>
}

export function createCandidates({ folder, seed, signal, sourceOf }: CandidatesOptions): Candidates {
  let files = 0
  let runs = 0
  return {
    get runs() {
      return runs
    },
    async run(schedule) {
      await mkdir(join(folder, 'candidates'), { recursive: true })
      const name = `candidate-${String(++files).padStart(3, '0')}`
      const file = join(folder, 'candidates', `${name}.ts`)
      await writeFile(file, sourceOf(name, requestsOf(schedule)))
      const { record, tries } = await runInChild(file, { seed, out: join(folder, 'runs'), signal, saysSomething })
      runs += tries
      signal.throwIfAborted()
      return readRun(record)
    },
    async keep(name, schedule) {
      const file = join(folder, `${name}.ts`)
      await writeFile(file, sourceOf(name, requestsOf(schedule)))
      return file
    },
  }
}

function saysSomething({ verdict }: RunRecord): boolean {
  return verdict !== 'invalid' && verdict !== 'unknown'
}

function readRun(record: RunRecord | undefined): Tried {
  const checks = (record?.checks ?? []).filter(check => check.invariant && check.verdict === 'fail').map(check => `${check.name}: ${check.observed}`)
  return { broke: record?.verdict === 'broken', checks, invalid: record === undefined || !saysSomething(record) }
}
