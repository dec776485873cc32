// Arranging in containers: every link as an address of the run's network, decided before anything starts.
import type { System } from '../../scenario/system.ts'
import { programPort } from '../components.ts'
import type { ArrangeOptions, Link } from '../environment.ts'
import { linksOf, readyOf } from '../links.ts'
import { componentOf } from '../members.ts'
import { upstreamOf } from '../routes.ts'
import { ownNames } from './container-run.ts'
import { natsPorts } from './nats-container.ts'
import { postgresPort } from './postgres-container.ts'

/** One of Toxiproxy's for each link, from here on. */
const firstLinkPort = 20_001

export interface ContainerRoutes {
  /** By name, without their proxies; what the harness reaches of them is not known before those have started. */
  links: ReadonlyMap<string, Link>
  /** Toxiproxy's port of each link, by name; none with `--links direct`. */
  linkPorts: ReadonlyMap<string, number>
}

export function planContainerRoutes({ system, servers, links: kind }: Pick<ArrangeOptions, 'system' | 'servers' | 'links'>): ContainerRoutes {
  const places = { at: (member: string) => `${member}:${portInside(system, member)}`, routeAt: (node: string) => `${node}:${natsPorts.route}` }
  const names = linksOf(system)
  const linkPorts = new Map(kind === 'direct' ? [] : names.map(({ name }, index) => [name, firstLinkPort + index]))
  const links = new Map(names.map((link): [string, Link] => {
    const upstream = upstreamOf(link, system, places, servers)
    const port = linkPorts.get(link.name)
    const listen = port === undefined ? upstream : `${ownNames.proxy}:${port}`
    return [link.name, { ...link, listen, probeAt: listen, upstream, proxy: undefined, ready: readyOf(system, link.to) }]
  }))
  return { links, linkPorts }
}

/** The port that a member listens on in its container. */
export function portInside(system: System, member: string): number {
  const component = system.components[componentOf(system, member)!]
  switch (component.kind) {
    case 'nats':
      return natsPorts.client
    case 'postgres':
      return postgresPort
    case 'image':
      return component.port
    default:
      return programPort
  }
}
