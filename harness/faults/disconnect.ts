// Fault `disconnect`: a component is parted from the network while it runs. Its open connections fall silent, nobody finds it, and it finds nobody.
import type { Environment, Link } from '../environment/environment.ts'
import { containedComponent, ofContainers } from './contained-component.ts'
import { countProblems, unknownParameters, type CountParameters } from './count.ts'
import type { FaultKind, Watch } from './fault.ts'
import { ask, lifeOf } from './managed-component.ts'
import { askOnce } from './probe.ts'

const probeLimitMs = 1_000
/** Silence that counts, where an answer came in time before. */
const silenceMs = 500

export const disconnect: FaultKind<CountParameters, 'component'> = {
  ...ofContainers,
  summary: 'part a component, or `count` of its nodes or replicas, from the network while it runs: open connections fall silent, new ones find nobody',
  healLimitMs: 10_000,
  silences: () => true,
  holdsMs: () => Number.POSITIVE_INFINITY,
  leastMs: () => 2_000,
  problems: parameters => [...countProblems(parameters), ...unknownParameters('disconnect', parameters)],

  async install(environment, target) {
    await containedComponent(environment, target).container.disconnect()
    return 'parted from the run\'s network'
  },

  async probeInstalled(environment, target) {
    const { component, container } = containedComponent(environment, target)
    return await container.isConnected() ? undefined : `${lifeOf(component).label} runs and is on no network`
  },

  async watch(environment, target): Promise<Watch> {
    const { component } = containedComponent(environment, target)
    const life = lifeOf(component)
    const before = await reach(environment, target)
    const mute = before.find(({ answers }) => !answers)
    if (mute) throw new Error(`before the fault: ${mute.text}`)
    return {
      before: textOf(before),
      // Each way to it must be gone, and its processes not be the reason.
      async look() {
        const now = await reach(environment, target)
        return life.runs() && now.every(({ answers }) => !answers) ? { by: 'probe', evidence: `${life.label} runs; ${textOf(now)}` } : undefined
      },
      close: () => {},
    }
  },

  heal: (environment, target) => containedComponent(environment, target).container.connect(),

  async forceHeal(environment, target) {
    const { component, container } = containedComponent(environment, target)
    await component.kill()
    await container.connect()
    await component.restart()
  },

  async probeHealed(environment, target) {
    const now = await reach(environment, target)
    return now.every(({ answers }) => answers) ? textOf(now) : undefined
  },
}

interface Way {
  answers: boolean
  text: string
}

/** What comes of asking a component past every link, and through each link that leads to it. */
async function reach(environment: Environment, target: string): Promise<Way[]> {
  const links = [...environment.links.values()].filter(({ to, proxy }) => to === target && proxy !== undefined)
  return await Promise.all([itself(environment, target), ...links.map(through)])
}

async function itself(environment: Environment, target: string): Promise<Way> {
  const { answer, failure } = await ask(containedComponent(environment, target).component, probeLimitMs)
  return { answers: answer !== undefined, text: answer ?? `its own probe: ${failure}` }
}

async function through(link: Link): Promise<Way> {
  const { kind, text } = await askOnce(link, silenceMs)
  return { answers: kind === 'answered', text: `${link.name}: ${text}` }
}

function textOf(ways: readonly Way[]): string {
  return ways.map(({ text }) => text).join('; ')
}
