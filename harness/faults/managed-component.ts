// What the faults on components share: the component with its processes, by name.
import { causeOf } from '../errors.ts'
import type { Environment, StartedComponent } from '../environment/environment.ts'
import type { Life } from '../environment/life.ts'

const probeLimitMs = 1_000

/** A component that the harness started, running or not. Throws where a fault cannot be done to it. */
export function managedComponent(environment: Environment, target: string): StartedComponent {
  const component = environment.components.get(target)
  if (!component) throw new Error(`there is no component ${target}; there are ${[...environment.components.keys()].join(', ')}`)
  if (!component.managed) throw new Error(`${target} was not started by the harness: no fault can be done to it`)
  return component
}

/** The life that a component has now. Throws where it does not run. */
export function lifeOf({ name, life }: StartedComponent): Life {
  if (!life?.runs()) throw new Error(`${name} does not run`)
  return life
}

export function isDead({ life }: StartedComponent): boolean {
  return !life?.runs()
}

/** The component's own request, past every link: what answered, or undefined and what went wrong. */
export async function ask(component: StartedComponent, limitMs: number): Promise<{ answer?: string; failure: string }> {
  try {
    return { answer: await component.probe(limitMs), failure: '' }
  } catch (error) {
    return { failure: causeOf(error).split('\n', 1)[0] }
  }
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
