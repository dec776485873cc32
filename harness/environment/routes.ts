// Arranging: a port for every component and every link, decided before anything starts, so that each can be told where the others are.
import { FloodmarkError } from '../errors.ts'
import type { Component, System } from '../scenario/system.ts'
import type { ArrangeOptions, Link } from './environment.ts'
import { createPortPicker, isFree } from './free-port.ts'
import { linksOf, platform, readyOf, type LinkName } from './links.ts'
import { clustersOf, componentOf, membersOf } from './members.ts'

const host = '127.0.0.1'

export interface Routes {
  /** Port on loopback of each process that the harness starts. */
  ports: ReadonlyMap<string, number>
  /** The further ports of each node of a cluster. */
  nodePorts: ReadonlyMap<string, NodePorts>
  /** Links without their proxies, by name. */
  links: ReadonlyMap<string, Link>
  toxiproxyPort: number
}

/** Where a node takes the routes of its cluster, and where it answers what state it is in. */
export interface NodePorts {
  route: number
  monitor: number
}

/** Throws `unavailable` where a destination's fixed port is taken. */
export async function planRoutes({ system, servers, links: kind }: Pick<ArrangeOptions, 'system' | 'servers' | 'links'>): Promise<Routes> {
  const pickPort = createPortPicker()
  const ports = new Map<string, number>()
  for (const [name, component] of Object.entries(system.components)) {
    if (component.kind !== 'running') for (const member of membersOf(system, name)) ports.set(member, await pickPort())
  }
  const nodePorts = new Map<string, NodePorts>()
  for (const node of clustersOf(system).flatMap(cluster => membersOf(system, cluster))) nodePorts.set(node, { route: await pickPort(), monitor: await pickPort() })
  const names = linksOf(system)
  const places: Places = { at: member => `${host}:${ports.get(member)}`, routeAt: node => `${host}:${nodePorts.get(node)!.route}` }
  const links = new Map<string, Link>()
  for (const link of names) {
    const upstream = upstreamOf(link, system, places, servers)
    const listen = kind === 'direct' ? upstream : `${host}:${(await fixedPort(link, names, system)) ?? (await pickPort())}`
    links.set(link.name, { ...link, listen, probeAt: listen, upstream, proxy: undefined, ready: readyOf(system, link.to) })
  }
  return { ports, nodePorts, links, toxiproxyPort: await pickPort() }
}

/** Host and port of something that already runs. */
export function addressOf({ url }: Extract<Component, { kind: 'running' }>): { host: string; port: number } {
  const { hostname, port, protocol } = new URL(url)
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (protocol === 'https:' ? 443 : 80)) }
}

/** Refuses hosts that nobody has allowed: a flood must not leave this machine by mistake. Throws `usage`. */
export function checkHosts(system: System, allowedHosts: readonly string[]): void {
  for (const [name, component] of Object.entries(system.components)) {
    if (component.kind !== 'running') continue
    const { host: target } = addressOf(component)
    if (target === 'localhost' || target === '::1' || /^127\.\d+\.\d+\.\d+$/.test(target) || allowedHosts.includes(target)) continue
    throw new FloodmarkError('usage', `components.${name}.url: ${component.url} is not on loopback`, { hint: `to send load there all the same: --allow-host ${target}` })
  }
}

/** Where a node of a cluster reaches each other one; undefined for those that connect to it (`routesBetween`). */
export function otherNodes(system: System, cluster: string, node: string, links: ReadonlyMap<string, Link>): (string | undefined)[] {
  return membersOf(system, cluster).filter(each => each !== node).map(other => links.get(`${node}->${other}`)?.listen)
}

/** `host:port` of what the harness starts, as the proxies see it. */
export interface Places {
  at(member: string): string
  /** Where a node takes the routes of its cluster. */
  routeAt(node: string): string
}

/** Where the proxy of a link connects to: another program, a node of its cluster, something that already runs, or one of the harness's own servers. */
export function upstreamOf({ from, to: target }: LinkName, system: System, { at, routeAt }: Places, servers: ArrangeOptions['servers']): string {
  if (clustersOf(system).includes(componentOf(system, from) ?? '')) return routeAt(target)
  const name = componentOf(system, target)
  const component = name === undefined ? undefined : system.components[name]
  if (component?.kind === 'running') {
    const address = addressOf(component)
    return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`
  }
  if (component) return at(target)
  return target === platform ? servers.admin : servers.destinations[target]
}

/** A destination's fixed port goes to the link of whoever cannot be told another: something that already runs, else the first to ask. */
async function fixedPort(link: LinkName, all: readonly LinkName[], system: System): Promise<number | undefined> {
  const port = system.destinations[link.to]?.port
  const rivals = all.filter(each => each.to === link.to)
  const holder = rivals.find(each => system.components[each.from]?.kind === 'running') ?? rivals[0]
  if (port === undefined || holder.name !== link.name) return undefined
  if (await isFree(port)) return port
  throw new FloodmarkError('unavailable', `destinations.${link.to}.port: something listens on 127.0.0.1:${port} already`, {
    hint: `see what it is with: ss -ltnp 'sport = :${port}'`,
  })
}
