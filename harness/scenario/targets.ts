// What a fault's target means for a system: roles become the components that play them, a link is named by its resolved ends.
import { findLinks, platform } from '../environment/links.ts'
import { componentOf, membersOf } from '../environment/members.ts'
import { nearest } from './nearest.ts'
import { show } from './rules.ts'
import { roles, type Role, type System } from './system.ts'

/** A target in the system's own names, or why there is none; neither where only a problem of the system itself, told elsewhere, stands in the way. */
export interface ResolvedTarget {
  target?: string
  /** Where the target stands for several processes or links: their names. */
  members?: readonly string[]
  problem?: string
}

/** The component that a role or component name stands for, if the harness started it and so can harm it. */
export function resolveComponent(system: System, name: string): ResolvedTarget {
  if (isMiscast(system, name)) return {}
  const target = resolveEnd(system, name)
  const component = target === undefined ? undefined : componentOf(system, target)
  if (target === undefined || component === undefined) {
    return { problem: isRole(name) ? `no component of system ${system.name} plays ${name}; ${whatExists(system)}` : `no role or component ${name}${guessAt(name, system)}; ${whatExists(system)}` }
  }
  if (system.components[component].kind === 'running') return { problem: `${target} already runs and is not managed by floodmark, so only its links can be harmed: ${linkNames(system).join(', ')}` }
  return several(target, membersOf(system, target))
}

/** The link that `from->to` stands for; each end is a role, a component, a destination, `destination` (the first one) or `platform`. */
export function resolveLink(system: System, name: string): ResolvedTarget {
  const ends = name.split('->').map(end => end.trim())
  const { links, problems } = findLinks(system)
  const known = links.map(link => link.name)
  if (ends.length !== 2) return { problem: `found ${show(name)}, must be a link, written from->to; there is ${known.join(', ')}` }
  const [from, to] = ends.map(end => resolveEnd(system, end) ?? end)
  const target = `${from}->${to}`
  const members = membersOf(system, from).flatMap(each => membersOf(system, to).map(other => `${each}->${other}`)).filter(link => known.includes(link))
  if (members.length > 0) return several(target, members)
  if (problems.length > 0 || ends.some(end => isMiscast(system, end))) return {}
  const guess = nearest(target, known)
  const meaning = target === name ? '' : ` (${target} in system ${system.name})`
  return { problem: `no link ${name}${meaning}${guess === undefined ? '' : `, did you mean ${guess}?`}; there is ${known.join(', ')}` }
}

/** The destination of that name; `destination` is the first one. */
export function resolveDestination(system: System, name: string): ResolvedTarget {
  const known = Object.keys(system.destinations)
  const target = name === 'destination' ? known[0] : name
  if (known.includes(target)) return { target }
  const guess = nearest(name, known)
  return { problem: `no destination ${name}${guess === undefined ? '' : `, did you mean ${guess}?`}; there is ${known.join(', ')}` }
}

/** A target with what it stands for, where that is not itself alone. */
export function several(target: string, members: readonly string[]): { target: string; members?: readonly string[] } {
  return members.length === 1 && members[0] === target ? { target } : { target, members }
}

/** A role wins over a component of that name, since scenarios speak of roles; `buffer-2` is the second process of what plays the buffer. */
function resolveEnd(system: System, name: string): string | undefined {
  if (isRole(name) && system.roles[name] !== undefined) return system.roles[name]
  const [, role, number] = /^(.*)(-\d+)$/.exec(name) ?? []
  if (isRole(role) && componentOf(system, `${system.roles[role]}${number}`) !== undefined) return `${system.roles[role]}${number}`
  if (componentOf(system, name) !== undefined || Object.hasOwn(system.destinations, name) || name === platform) return name
  return name === 'destination' ? Object.keys(system.destinations)[0] : undefined
}

/** A role that is given to a component that is not there. */
function isMiscast(system: System, name: string): boolean {
  return isRole(name) && system.roles[name] !== undefined && !Object.hasOwn(system.components, system.roles[name])
}

function isRole(name: string | undefined): name is Role {
  return (roles as readonly (string | undefined)[]).includes(name)
}

function linkNames(system: System): string[] {
  return findLinks(system).links.map(link => link.name)
}

function guessAt(name: string, system: System): string {
  const guess = nearest(name, [...Object.keys(system.roles), ...Object.keys(system.components)])
  return guess === undefined ? '' : `, did you mean ${guess}?`
}

function whatExists(system: System): string {
  const played = Object.entries(system.roles).map(([role, component]) => (role === component ? role : `${role} (${component})`))
  return `roles: ${played.join(', ')}; components: ${Object.keys(system.components).join(', ')}`
}
