// Which links a system has, known before anything starts: validation checks fault targets against them, arranging opens them.
import { FloodmarkError } from '../errors.ts'
import { isProgram, type Component, type Ready, type System } from '../scenario/system.ts'
import type { Link } from './environment.ts'
import { clustersOf, componentOf, membersOf } from './members.ts'
import { readEnv, standIns } from './program-env.ts'

/** A link by name, with what is spoken on it. */
export interface LinkName {
  name: string
  from: string
  to: string
  protocol: Link['protocol']
}

/** The name of the harness's own end: it sends the webhooks and serves the Admin API. */
export const platform = 'platform'

/** Every link of a system. Throws `usage` with all problems at once where they cannot be told. */
export function linksOf(system: System): LinkName[] {
  const { links, problems } = findLinks(system)
  if (problems.length > 0) throw new FloodmarkError('usage', `the links of system ${system.name} cannot be told`, { evidence: problems })
  return links
}

/**
 * The platform's link to the intake, one for each address that a component's `env` asks for, and the routes inside a cluster. Problems: an `env` that throws or asks for what does
 * not exist. A name in `roles` or `connectsTo` that does not exist makes no link and is told where it stands.
 */
export function findLinks(system: System): { links: LinkName[]; problems: string[] } {
  const problems: string[] = []
  const links = new Map<string, LinkName>()
  function add(from: string, to: string): void {
    const protocol = protocolOf(system, to)
    if (!protocol) problems.push(`components.${from}: asks for the address of "${to}"; there are ${targetsOf(system).join(', ')}`)
    else if (protocol !== 'nats' && membersOf(system, to).length > 1) problems.push(`components.${to}: its replicas have no address in common, and ${from} connects to it; one process can be connected to`)
    else for (const caller of membersOf(system, from)) for (const callee of membersOf(system, to)) put(caller, callee, protocol)
  }
  function put(from: string, to: string, protocol: Link['protocol']): void {
    links.set(`${from}->${to}`, { name: `${from}->${to}`, from, to, protocol })
  }
  const intake = Object.hasOwn(system.components, system.roles.intake ?? '') ? system.roles.intake : undefined
  if (intake) add(platform, intake)
  for (const [from, component] of Object.entries(system.components)) {
    for (const to of targetsAskedFor(system, from, component, problems)) add(from, to)
  }
  for (const cluster of clustersOf(system)) for (const [from, to] of routesBetween(membersOf(system, cluster))) put(from, to, 'nats')
  // A fixed port is there for whoever has it built in: with nobody naming it, the intake's component is taken to be the one.
  for (const [to, { port }] of Object.entries(system.destinations)) {
    const known = [...links.values()].some(link => link.to === to)
    if (port !== undefined && !known && intake) add(intake, to)
    const tied = [...links.values()].filter(link => link.to === to && system.components[link.from]?.kind === 'running').map(link => link.from)
    if (port !== undefined && tied.length > 1) problems.push(`destinations.${to}.port: ${tied.join(' and ')} already run and would share one link; one of them can have it`)
  }
  return { links: [...links.values()], problems }
}

/** The routes of a cluster as pairs of nodes: the lower-numbered one connects, so that there is one path between two nodes and a fault on it has it all. */
export function routesBetween(nodes: readonly string[]): [from: string, to: string][] {
  return nodes.flatMap((from, index) => nodes.slice(index + 1).map((to): [string, string] => [from, to]))
}

/** The request that gets an answer from the far end of a link. */
export function readyOf(system: System, target: string): Ready {
  const name = componentOf(system, target)
  if (name === undefined) return { kind: 'http', path: '/healthz' }
  const component = system.components[name]
  return component.kind === 'running' || isProgram(component) ? component.ready : { kind: 'tcp' }
}

function targetsAskedFor(system: System, from: string, component: Component, problems: string[]): string[] {
  if (component.kind === 'running') return component.connectsTo.filter(to => protocolOf(system, to) !== undefined)
  if (!isProgram(component)) return []
  const asked = new Set<string>()
  const to = (target: string): string => {
    asked.add(target)
    return standIns.to(target)
  }
  problems.push(...readEnv(from, component.env, { ...standIns, to }).problems)
  return [...asked]
}

function protocolOf(system: System, target: string): Link['protocol'] | undefined {
  if (target === platform || Object.hasOwn(system.destinations, target)) return 'http'
  const name = componentOf(system, target)
  if (name === undefined) return undefined
  const component = system.components[name]
  if (component.kind === 'nats' || component.kind === 'postgres') return component.kind
  return component.ready.kind
}

function targetsOf(system: System): string[] {
  return [...Object.keys(system.components), ...Object.keys(system.destinations), platform]
}
