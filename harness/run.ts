import type { RunRecord, SeriesRecord } from '../reports/record.ts'
import { arrange } from './phases/arrange.ts'
import { drain } from './phases/drain.ts'
import { flood } from './phases/flood.ts'
import { judgeRun } from './phases/judge.ts'
import { startPhases } from './phases/phase-clock.ts'
import { planRun } from './phases/plan.ts'
import { writeRecord } from './phases/record.ts'
import { openRunFolder } from './phases/run-folder.ts'
import { warmUp } from './phases/warm-up.ts'
import type { RunOptions } from './run-options.ts'
import type { Prepared } from './scenario/prepare.ts'

export interface FinishedRun {
  record: RunRecord
  series: SeriesRecord
  folder: string
}

/**
 * One run, from a scenario that has been validated to a run record on disk. Whatever happens, everything that was started is
 * stopped and every fault is healed before this returns or throws.
 *
 * 1. plan     every event and the instant it is due, from the seed, before the first byte is sent
 * 2. arrange  destinations, components and links up, each ready by a real request; a watchdog beside them
 * 3. warm up  a few events through the whole pipeline: without a steady state there is no experiment
 * 4. flood    events at their planned instants, retries as they fall due; faults come and go, each with proof
 * 5. drain    until the schedule is over and nothing has arrived for the settle time, or time is up
 * 6. judge    states and flags of every event, then the checks, then one verdict
 * 7. record   run.json, series, history
 */
export async function runScenario(prepared: Prepared, options: RunOptions): Promise<FinishedRun> {
  const folder = await openRunFolder(options.out, prepared.scenario.name)
  const phases = startPhases(options.progress)
  try {
    phases.begin('plan')
    const planned = planRun(prepared, options.seed)

    phases.begin('arrange')
    const observed = await observe()

    phases.begin('judge')
    const judged = await judgeRun(prepared, planned, observed, folder)

    phases.begin('record')
    const record = await writeRecord({ prepared, planned, observed, judged, phases, folder, options })
    return { record, series: judged.series, folder: folder.path }

    // The system lives inside this function only: it is stopped before anything is judged.
    async function observe() {
      await using arranged = await arrange(prepared, planned, folder, options)

      phases.begin('warm up')
      await warmUp(prepared, planned, arranged, options)

      phases.begin('flood')
      const flooded = await flood(prepared, planned, arranged, options)

      phases.begin('drain')
      return await drain(prepared, planned, arranged, flooded, options)
    }
  } finally {
    phases.end()
  }
}
