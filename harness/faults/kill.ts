// Fault `kill`: a component dies by kill -9, stays away for the window, and is started again on the same port and data.
import { countedMembers, countProblems, countProblemsWith, unknownParameters, type CountParameters } from './count.ts'
import type { FaultKind, Watch } from './fault.ts'
import { ask, lifeOf, managedComponent, seenAgain, seenDead, startAgain, startAnew } from './managed-component.ts'

const probeLimitMs = 1_000

export const kill: FaultKind<CountParameters, 'component'> = {
  targets: 'component',
  summary: 'kill -9 a component and all its processes, or `count` of its nodes or replicas; it stays away for the window and is then started again',
  // A restart ends when the component is ready: a queue reads its store back, a database replays its log.
  healLimitMs: 30_000,
  silences: () => true,
  problems: parameters => [...countProblems(parameters), ...unknownParameters('kill', parameters)],
  problemsWith: countProblemsWith,
  reach: countedMembers,
  // A dead process is nothing that has to be undone when the harness is gone too.
  undo: () => [],

  install: (environment, target) => managedComponent(environment, target).kill(),

  probeInstalled: seenDead,

  async watch(environment, target): Promise<Watch> {
    const component = managedComponent(environment, target)
    const victim = lifeOf(component)
    const { answer } = await ask(component, probeLimitMs)
    return {
      before: answer ?? 'answers no probe',
      async look(install) {
        if (victim.runs()) return undefined
        if (answer === undefined) return { by: 'exit', evidence: `${victim.label}: ${install}` }
        const now = await ask(component, probeLimitMs)
        return now.answer === undefined ? { by: 'probe', evidence: `${answer} before; now: ${now.failure}` } : undefined
      },
      close: () => {},
    }
  },

  heal: startAgain,
  forceHeal: startAnew,
  probeHealed: seenAgain,
}
