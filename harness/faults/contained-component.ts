// What the faults share that are done to a component because it runs in a container.
import type { ContainerControl } from '../environment/container-control.ts'
import type { Environment, StartedComponent } from '../environment/environment.ts'
import { managedComponent } from './managed-component.ts'

/** A component with its container. Throws where it runs in none; validation has told that before. */
export function containedComponent(environment: Environment, target: string): { component: StartedComponent; container: ContainerControl } {
  const component = managedComponent(environment, target)
  const { container } = component
  if (!container) throw new Error(`${target} does not run in a container`)
  return { component, container }
}
