// Fault `pause`: a component hangs. SIGSTOP to all its processes; its sockets stay open and nobody answers.
import { countedMembers, countProblems, countProblemsWith, unknownParameters, type CountParameters } from './count.ts'
import type { FaultKind, Watch } from './fault.ts'
import type { Life } from '../environment/life.ts'
import { ask, isDead, lifeOf, managedComponent, startAnew } from './managed-component.ts'
import { sleep } from '../clock.ts'

const answerLimitMs = 1_000
/** Silence that counts, where an answer came in time before. */
const silenceMs = 300
/** A connection is accepted by the kernel, whoever sleeps behind it: there the clock of the processes has to tell. */
const stillMs = 300

export const pause: FaultKind<CountParameters, 'component'> = {
  targets: 'component',
  summary: 'pause a component: all its processes are stopped, its connections stay open and silent',
  healLimitMs: 10_000,
  silences: () => true,
  holdsMs: () => Number.POSITIVE_INFINITY,
  problems: parameters => [...countProblems(parameters), ...unknownParameters('pause', parameters)],
  problemsWith: countProblemsWith,
  reach: countedMembers,
  undo: (environment, target) => [...lifeOf(managedComponent(environment, target)).undoPause],

  async install(environment, target) {
    const component = managedComponent(environment, target)
    await component.pause()
    return component.container === undefined ? 'SIGSTOP sent' : 'frozen by the engine'
  },

  async probeInstalled(environment, target) {
    const { all, stopped } = await lifeOf(managedComponent(environment, target)).countStopped()
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
        const { all, stopped } = await victim.countStopped()
        if (stopped < all) return undefined
        if (second.answer === undefined) return { by: 'probe', evidence: `${before.answer} before; now twice in a row: ${second.failure}` }
        return await standsStill(victim) ? { by: 'probe', evidence: `the kernel still answers for it (${second.answer}), and no process of it had any CPU for ${stillMs} ms` } : undefined
      },
      close: () => {},
    }
  },

  async heal(environment, target) {
    const component = managedComponent(environment, target)
    if (!isDead(component)) await component.resume()
  },

  forceHeal: startAnew,

  async probeHealed(environment, target) {
    const { stopped } = await lifeOf(managedComponent(environment, target)).countStopped()
    return stopped === 0 ? 'none of its processes is stopped' : undefined
  },
}

async function standsStill(victim: Life): Promise<boolean> {
  const before = await victim.cpuMicroseconds()
  await sleep(stillMs)
  const { all, stopped } = await victim.countStopped()
  return stopped === all && await victim.cpuMicroseconds() === before
}
