// Fault `pause`: a component hangs. SIGSTOP to all its processes; its sockets stay open and nobody answers.
import type { FaultKind, Watch } from './fault.ts'
import { ask, countStopped, isDead, lifeOf, managedComponent } from './managed-component.ts'

const answerLimitMs = 1_000
/** Silence that counts, where an answer came in time before. */
const silenceMs = 300

export const pause: FaultKind<{}> = {
  targets: 'component',
  summary: 'pause a component: all its processes are stopped, its connections stay open and silent',
  healLimitMs: 10_000,
  silences: () => true,
  problems: parameters => Object.keys(parameters).map(name => `${name}: pause takes no parameters`),
  undo: (environment, target) => [{ do: 'signal', ...lifeOf(managedComponent(environment, target)), signal: 'SIGCONT' }],

  async install(environment, target) {
    await managedComponent(environment, target).pause()
    return 'SIGSTOP sent'
  },

  async probeInstalled(environment, target) {
    const { all, stopped } = countStopped(lifeOf(managedComponent(environment, target)))
    return all > 0 && stopped === all ? `all ${all} of its processes are stopped` : undefined
  },

  async watch(environment, target): Promise<Watch> {
    const component = managedComponent(environment, target)
    const victim = lifeOf(component)
    const before = await ask(component, answerLimitMs)
    if (before.answer === undefined) throw new Error(`${target} does not answer before the fault: ${before.failure}`)
    return {
      before: before.answer,
      // Twice, and with the processes seen stopped: a busy machine can keep a healthy server silent for a while.
      async look() {
        const first = await ask(component, silenceMs)
        const second = first.answer === undefined ? await ask(component, silenceMs) : first
        const { all, stopped } = countStopped(victim)
        if (second.answer !== undefined || stopped < all) return undefined
        return { by: 'probe', evidence: `${before.answer} before; now twice in a row: ${second.failure}` }
      },
      close: () => {},
    }
  },

  async heal(environment, target) {
    const component = managedComponent(environment, target)
    if (!isDead(component)) await component.resume()
  },

  async forceHeal(environment, target) {
    const component = managedComponent(environment, target)
    if (!isDead(component)) await component.kill()
    await component.restart()
  },

  async probeHealed(environment, target) {
    const { stopped } = countStopped(lifeOf(managedComponent(environment, target)))
    return stopped === 0 ? 'none of its processes is stopped' : undefined
  },
}
