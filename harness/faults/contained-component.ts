// What the faults share that are done to a component because it runs in a container.
import type { ContainerControl } from '../environment/container-control.ts'
import type { Environment, StartedComponent } from '../environment/environment.ts'
import { countedMembers, countProblemsWith } from './count.ts'
import { managedComponent } from './managed-component.ts'

/** Done to a component or to `count` of its members, and gone with the container, which the watchdog removes: there is nothing to undo when the harness is dead. */
export const ofContainers = { targets: 'component', needsContainers: true, problemsWith: countProblemsWith, reach: countedMembers, undo: () => [] } as const

/** A component with its container. Throws where it runs in none; validation has told that before. */
export function containedComponent(environment: Environment, target: string): { component: StartedComponent; container: ContainerControl } {
  const component = managedComponent(environment, target)
  const { container } = component
  if (!container) throw new Error(`${target} does not run in a container`)
  return { component, container }
}
