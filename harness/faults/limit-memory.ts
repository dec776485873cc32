// Fault `limitMemory`: a component gets a memory ceiling. Where it needs more, the kernel kills it, and it is started again under the same ceiling, as an orchestrator does.
import type { ContainerControl } from '../environment/container-control.ts'
import type { StartedComponent } from '../environment/environment.ts'
import { object, problemsOf, whole } from '../scenario/rules.ts'
import { containedComponent, ofContainers } from './contained-component.ts'
import type { CountParameters } from './count.ts'
import type { FaultKind, Watch } from './fault.ts'
import { isDead, lifeOf } from './managed-component.ts'
import { bytesOf, sizeBetween, type Size } from './size.ts'
import { deathsOf, endSupervision, supervise } from './supervise.ts'

export type LimitMemoryParameters = CountParameters & {
  /** Memory of all its processes together, swap included: `64MB`. */
  to: Size
}

// Below that no engine starts anything.
const rules = object({ to: sizeBetween('8MB', '1000GB'), count: whole(1, 100).optional() })

export const limitMemory: FaultKind<LimitMemoryParameters, 'component'> = {
  ...ofContainers,
  summary: 'give a component, or `count` of its nodes or replicas, a memory ceiling that it cannot keep: the kernel kills it, and it is started again under the ceiling, again and again',
  // A start under way is waited for.
  healLimitMs: 30_000,
  leastMs: () => 3_000,
  // It is away time and again.
  silences: () => true,
  problems: parameters => problemsOf('', rules, parameters),

  async install(environment, target, { to }) {
    const { component, container } = containedComponent(environment, target)
    component.expectDeaths(true)
    const how = await putUnder(component, container, to)
    supervise(component, container)
    return how
  },

  async probeInstalled(environment, target, { to }) {
    const { memoryBytes } = await containedComponent(environment, target).container.limits()
    return memoryBytes === bytesOf(to) ? `the engine says ${memoryBytes} bytes` : undefined
  },

  async watch(environment, target): Promise<Watch> {
    const { component, container } = containedComponent(environment, target)
    if (isDead(component)) throw new Error(`${target} does not run before the fault`)
    const { memoryBytes } = await container.limits()
    return {
      before: memoryBytes === null ? 'runs without a ceiling' : `runs under a ceiling of ${memoryBytes} bytes`,
      async look() {
        const deaths = deathsOf(component)
        const killed = deaths.find(death => death.outOfMemory)
        return killed && { by: 'exit', evidence: `the kernel killed it for want of memory (exit code ${killed.exitCode})` }
      },
      close: () => {},
    }
  },

  async heal(environment, target) {
    const { component, container } = containedComponent(environment, target)
    await container.limitMemory(null)
    await endSupervision(component)
  },

  async forceHeal(environment, target) {
    const { component, container } = containedComponent(environment, target)
    await container.limitMemory(null)
    await component.kill()
    await endSupervision(component)
  },

  async probeHealed(environment, target) {
    const { component, container } = containedComponent(environment, target)
    const { memoryBytes } = await container.limits()
    // It has answered since, and has a backlog to be busy with now.
    return memoryBytes === null && !isDead(component) ? `no ceiling after ${deathsOf(component).length} deaths under it; ${lifeOf(component).label} runs` : undefined
  },
}

async function putUnder(component: StartedComponent, container: ContainerControl, to: Size): Promise<string> {
  try {
    await container.limitMemory(bytesOf(to)!)
    return `limited to ${to}`
  } catch {
    // Some kernels refuse a ceiling below what is used now; what is dead uses nothing.
    await component.kill()
    await container.limitMemory(bytesOf(to)!)
    return `limited to ${to}, after a kill, as it used more`
  }
}
