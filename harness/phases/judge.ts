import { judge, type Judgement } from '../checks/judge.ts'
import type { Observations } from '../checks/observations.ts'
import { attemptFiles, readAttempts } from '../history/attempt-file.ts'
import { mustDurationMs } from '../scenario/duration.ts'
import type { Prepared } from '../scenario/prepare.ts'
import type { Observed } from './drain.ts'
import type { Planned } from './plan.ts'
import type { RunFolder } from './run-folder.ts'

export interface Judged extends Judgement {
  observations: Observations
}

/** Phase 6: hands what was seen to the checks. The system is gone by now; nothing that it could still do changes a verdict. */
export function judgeRun({ scenario, system, load, expect, abortWhen }: Prepared, { plan, corpus }: Planned, observed: Observed, folder: RunFolder): Judged {
  const observations: Observations = {
    plan, corpus,
    history: observed.history,
    attempts: readAttempts(...attemptFiles(folder.attemptsFile, load.senders)),
    destinations: Object.keys(system.destinations),
    timeScale: load.timeScale,
    floodTick: observed.floodTick,
    endTick: observed.endTick,
    faults: observed.faults,
    lateAfterMs: mustDurationMs(scenario.lateAfter),
    recoveryBoundMs: mustDurationMs(scenario.recoveryBound),
    guards: abortWhen.length,
    aborted: observed.aborted,
    drain: observed.drain,
    sender: observed.sender,
    servers: observed.servers,
    deaths: observed.deaths,
    processes: observed.processes,
    generator: scenario.generator,
  }
  return { observations, ...judge(observations, expect) }
}
