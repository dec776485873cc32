// The rows of a resiliency matrix: everything that a system stands on, and how it is reached.
import { linksOf } from '../environment/links.ts'
import type { System } from '../scenario/system.ts'

export interface Dependency {
  /** Of a component or a destination. */
  name: string
  /** The roles that it plays, for readers. */
  roles: string[]
  kind: 'component' | 'destination'
  /** False for what already runs: only its links can be harmed. */
  managed: boolean
  /** Links that lead to it, in the system's own names. */
  links: string[]
}

/** Components in the order of the system file, then destinations. */
export function dependenciesOf(system: System): Dependency[] {
  const links = linksOf(system)
  const linksTo = (name: string): string[] => links.filter(link => link.to === name).map(link => link.name)
  const rolesOf = (name: string): string[] => Object.entries(system.roles).filter(([, component]) => component === name).map(([role]) => role)
  return [
    ...Object.entries(system.components).map(([name, { kind }]): Dependency => ({ name, roles: rolesOf(name), kind: 'component', managed: kind !== 'running', links: linksTo(name) })),
    ...Object.keys(system.destinations).map((name): Dependency => ({ name, roles: ['destination'], kind: 'destination', managed: true, links: linksTo(name) })),
  ]
}
