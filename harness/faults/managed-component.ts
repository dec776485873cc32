// What the faults on components share: the component with its processes, by name.
import { causeOf } from '../errors.ts'
import type { Environment, StartedComponent } from '../environment/environment.ts'
import { readProcess, treeOf } from '../environment/process-tree.ts'

const probeLimitMs = 1_000

/** A component that the harness started, running or not. Throws where a fault cannot be done to it. */
export function managedComponent(environment: Environment, target: string): StartedComponent {
  const component = environment.components.get(target)
  if (!component) throw new Error(`there is no component ${target}; there are ${[...environment.components.keys()].join(', ')}`)
  if (!component.managed) throw new Error(`${target} was not started by the harness: no fault can be done to it`)
  return component
}

/** One life of a component: another process has the same name after a restart. */
export interface Life {
  pid: number
  startTime: string
}

/** The life that a component has now. Throws where it does not run. */
export function lifeOf({ name, pid, startTime }: StartedComponent): Life {
  if (pid === undefined || startTime === undefined || !runs({ pid, startTime })) throw new Error(`${name} does not run`)
  return { pid, startTime }
}

/** Whether this very process still runs: not ended, and no later one with its pid. */
export function runs({ pid, startTime }: Life): boolean {
  const row = readProcess(pid)
  return row !== undefined && row.startTime === startTime && row.state !== 'Z'
}

export function isDead({ pid, startTime }: StartedComponent): boolean {
  return pid === undefined || startTime === undefined || !runs({ pid, startTime })
}

/** The component's own request, past every link: what answered, or undefined and what went wrong. */
export async function ask(component: StartedComponent, limitMs: number): Promise<{ answer?: string; failure: string }> {
  try {
    return { answer: await component.probe(limitMs), failure: '' }
  } catch (error) {
    return { failure: causeOf(error).split('\n', 1)[0] }
  }
}

/** Its processes that have not ended: how many there are, and how many of them are stopped. */
export function countStopped({ pid }: Life): { all: number; stopped: number } {
  const rows = treeOf(pid).filter(row => row.state !== 'Z')
  return { all: rows.length, stopped: rows.filter(row => row.state === 'T').length }
}

/** CPU time of all its processes together, in the kernel's clock ticks. */
export function cpuTicksOf({ pid }: Life): number {
  return treeOf(pid).reduce((sum, row) => sum + row.cpuTicks, 0)
}

/** Looks whether a component is away. */
export async function seenDead(environment: Environment, target: string): Promise<string | undefined> {
  return isDead(managedComponent(environment, target)) ? 'no process of it runs' : undefined
}

/** Ends an absence: starts a component that is dead, on its port and data. */
export async function startAgain(environment: Environment, target: string): Promise<void> {
  const component = managedComponent(environment, target)
  if (isDead(component)) await component.restart()
}

/** The same where that did not work: whatever runs of it is killed before. */
export async function startAnew(environment: Environment, target: string): Promise<void> {
  const component = managedComponent(environment, target)
  if (!isDead(component)) await component.kill()
  await component.restart()
}

/** Looks whether a component is back and answers. */
export async function seenAgain(environment: Environment, target: string): Promise<string | undefined> {
  const component = managedComponent(environment, target)
  return isDead(component) ? undefined : `started again: ${await component.probe(probeLimitMs)}`
}
