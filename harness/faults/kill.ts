// Fault `kill`: a component dies by kill -9, stays away for the window, and is started again on the same port and data.
import type { FaultKind, Watch } from './fault.ts'
import { ask, isDead, lifeOf, managedComponent, runs } from './managed-component.ts'

const probeLimitMs = 1_000

export const kill: FaultKind<{}> = {
  targets: 'component',
  summary: 'kill -9 a component and all its processes; it stays away for the window and is then started again',
  // A restart ends when the component is ready: a queue reads its store back, a database replays its log.
  healLimitMs: 30_000,
  silences: () => true,
  problems: parameters => Object.keys(parameters).map(name => `${name}: kill takes no parameters`),
  // A dead process is nothing that has to be undone when the harness is gone too.
  undo: () => [],

  install: (environment, target) => managedComponent(environment, target).kill(),

  async probeInstalled(environment, target) {
    const component = managedComponent(environment, target)
    return isDead(component) ? 'no process of it runs' : undefined
  },

  async watch(environment, target): Promise<Watch> {
    const component = managedComponent(environment, target)
    const victim = lifeOf(component)
    const { answer } = await ask(component, probeLimitMs)
    return {
      before: answer ?? 'answers no probe',
      async look(install) {
        if (runs(victim)) return undefined
        if (answer === undefined) return { by: 'exit', evidence: `process ${victim.pid}: ${install}` }
        const now = await ask(component, probeLimitMs)
        return now.answer === undefined ? { by: 'probe', evidence: `${answer} before; now: ${now.failure}` } : undefined
      },
      close: () => {},
    }
  },

  async heal(environment, target) {
    const component = managedComponent(environment, target)
    if (isDead(component)) await component.restart()
  },

  async forceHeal(environment, target) {
    const component = managedComponent(environment, target)
    if (!isDead(component)) await component.kill()
    await component.restart()
  },

  async probeHealed(environment, target) {
    const component = managedComponent(environment, target)
    return isDead(component) ? undefined : `started again: ${await component.probe(probeLimitMs)}`
  },
}
