// What a fault's target means for a system: roles become the components that play them, a link is named by its resolved ends.
import { findLinks, platform } from '../environment/links.ts'
import { nearest } from './nearest.ts'
import { show } from './rules.ts'
import { roles, type Role, type System } from './system.ts'

/** A target in the system's own names, or why there is none; neither where only a problem of the system itself, told elsewhere, stands in the way. */
export interface ResolvedTarget {
  target?: string
  problem?: string
}

/** The component that a role or component name stands for, if the harness started it and so can harm it. */
export function resolveComponent(system: System, name: string): ResolvedTarget {
  if (isMiscast(system, name)) return {}
  const target = resolveEnd(system, name)
  if (target === undefined || !Object.hasOwn(system.components, target)) {
    return { problem: isRole(name) ? `no component of system ${system.name} plays ${name}; ${whatExists(system)}` : `no role or component ${name}${guessAt(name, system)}; ${whatExists(system)}` }
  }
  if (system.components[target].kind === 'running') return { problem: `${target} already runs and is not managed by floodmark, so only its links can be harmed: ${linkNames(system).join(', ')}` }
  return { target }
}

/** The link that `from->to` stands for; each end is a role, a component, a destination, `destination` (the first one) or `platform`. */
export function resolveLink(system: System, name: string): ResolvedTarget {
  const ends = name.split('->').map(end => end.trim())
  const { links, problems } = findLinks(system)
  const known = links.map(link => link.name)
  if (ends.length !== 2) return { problem: `found ${show(name)}, must be a link, written from->to; there is ${known.join(', ')}` }
  const [from, to] = ends.map(end => resolveEnd(system, end) ?? end)
  const target = `${from}->${to}`
  if (known.includes(target)) return { target }
  if (problems.length > 0 || ends.some(end => isMiscast(system, end))) return {}
  const guess = nearest(target, known)
  const meaning = target === name ? '' : ` (${target} in system ${system.name})`
  return { problem: `no link ${name}${meaning}${guess === undefined ? '' : `, did you mean ${guess}?`}; there is ${known.join(', ')}` }
}

/** A role wins over a component of that name, since scenarios speak of roles. */
function resolveEnd(system: System, name: string): string | undefined {
  if (isRole(name) && system.roles[name] !== undefined) return system.roles[name]
  if (Object.hasOwn(system.components, name) || Object.hasOwn(system.destinations, name) || name === platform) return name
  return name === 'destination' ? Object.keys(system.destinations)[0] : undefined
}

/** A role that is given to a component that is not there. */
function isMiscast(system: System, name: string): boolean {
  return isRole(name) && system.roles[name] !== undefined && !Object.hasOwn(system.components, system.roles[name])
}

function isRole(name: string): name is Role {
  return (roles as readonly string[]).includes(name)
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
