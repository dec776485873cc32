// A component may be several processes: the nodes of a cluster, the replicas of a program. Each is a member with a name of its own, such as `queue-2`.
import { isProgram, type Component, type System } from '../scenario/system.ts'

/** Names of the processes that a component is: `queue-1` to `queue-3` for a cluster of three nodes, its own name where it is one. */
export function membersOf({ components }: Pick<System, 'components'>, name: string): readonly string[] {
  const count = Object.hasOwn(components, name) ? countOf(components[name]) : 1
  return count > 1 ? Array.from({ length: count }, (_, index) => `${name}-${index + 1}`) : [name]
}

/** The component that a name belongs to, the component's own or that of one of its members; undefined where there is none. */
export function componentOf(system: Pick<System, 'components'>, name: string): string | undefined {
  if (Object.hasOwn(system.components, name)) return name
  const owner = name.slice(0, Math.max(0, name.lastIndexOf('-')))
  return membersOf(system, owner).includes(name) && owner !== name ? owner : undefined
}

/** Names of the components that are a cluster of NATS servers. */
export function clustersOf({ components }: Pick<System, 'components'>): string[] {
  return Object.entries(components).filter(([, component]) => component.kind === 'nats' && component.nodes > 1).map(([name]) => name)
}

function countOf(component: Component): number {
  if (component.kind === 'nats') return component.nodes
  return isProgram(component) ? component.replicas : 1
}
