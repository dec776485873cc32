// Fault `deploy`: a component is asked to end, given time to finish what it has in hand, and started again at the end of the window.
import { durationMs, mustDurationMs, type Duration } from '../scenario/duration.ts'
import { countedMembers, countProblems, countProblemsWith, type CountParameters } from './count.ts'
import type { FaultKind, FaultParameters, Watch } from './fault.ts'
import { lifeOf, managedComponent, seenAgain, seenDead, startAgain, startAnew } from './managed-component.ts'

export interface DeployParameters extends CountParameters {
  /** How long it may take to end before it is killed; 10s where it is left out, as most platforms have it. */
  grace?: Duration
}

const maxGraceMs = 30_000
const defaultGrace = '10s'

export const deploy: FaultKind<DeployParameters, 'component'> = {
  targets: 'component',
  summary: 'restart a component as a deploy does: SIGTERM, a grace period, SIGKILL only after that; it is started again at the end of the window',
  installLimitMs: maxGraceMs + 10_000,
  // A restart ends when the component is ready.
  healLimitMs: 30_000,
  silences: () => true,
  problems: deployProblems,
  problemsWith: countProblemsWith,
  reach: countedMembers,
  // A dead process is nothing that has to be undone when the harness is gone too.
  undo: () => [],

  async install(environment, target, { grace = defaultGrace }) {
    return await managedComponent(environment, target).shutDown(mustDurationMs(grace))
  },

  probeInstalled: seenDead,

  async watch(environment, target): Promise<Watch> {
    const victim = lifeOf(managedComponent(environment, target))
    return {
      before: `${victim.label} runs`,
      // How a process takes SIGTERM shows in its exit alone, and nothing else would make it end now.
      look: async install => (victim.runs() ? undefined : { by: 'exit', evidence: `${victim.label} ${install}` }),
      close: () => {},
    }
  },

  heal: startAgain,
  forceHeal: startAnew,
  probeHealed: seenAgain,
}

function deployProblems(parameters: FaultParameters): string[] {
  const { grace = defaultGrace, count: _, ...unknown } = parameters
  const problems = [...countProblems(parameters), ...Object.keys(unknown).map(name => `${name}: deploy takes grace and count`)]
  const ms = typeof grace === 'string' ? durationMs(grace) : undefined
  if (ms === undefined) problems.push(`grace: ${JSON.stringify(grace)} is not a duration; say 10s`)
  else if (ms < 1 || ms > maxGraceMs) problems.push(`grace: ${grace} is outside 1 ms to ${maxGraceMs} ms`)
  return problems
}
