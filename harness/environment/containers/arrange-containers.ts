// Phase 2, arranging in containers: the system's components on the run's own network, with a Toxiproxy link for every arrow between them.
import { dirname, resolve } from 'node:path'
import type { System } from '../../scenario/system.ts'
import { arrangeComponents } from '../arrange-components.ts'
import type { ArrangeOptions, Environment, Link } from '../environment.ts'
import { createPortPicker } from '../free-port.ts'
import { platform } from '../links.ts'
import { membersOf } from '../members.ts'
import { contextOf } from '../program-context.ts'
import { checkHosts, otherNodes } from '../routes.ts'
import { openLinks } from '../toxiproxy-server.ts'
import type { ContainerLaunch } from './container-launch.ts'
import type { ContainerRun } from './container-run.ts'
import { planContainerRoutes, portInside, type ContainerRoutes } from './container-routes.ts'
import { natsContainer, natsPorts } from './nats-container.ts'
import { postgresContainer } from './postgres-container.ts'
import { imageContainer, programContainer } from './program-container.ts'
import type { ReadyImages } from './ready-images.ts'
import { toxiproxyContainer } from './toxiproxy-container.ts'
import { readVersions } from './versions.ts'

/** Starts everything as containers of the run. Throws as `arrangeComponents` does. */
export async function arrangeContainers(run: ContainerRun, images: ReadyImages, options: ArrangeOptions): Promise<Environment> {
  const { system } = options
  checkHosts(system, options.allowedHosts)
  const routes = planContainerRoutes(options)
  const toxiproxy = options.links === 'toxiproxy' ? toxiproxyContainer(run, [...routes.linkPorts.values()]) : undefined
  // The sender is told once where the intake is, which a kill must not change.
  const intakePort = toxiproxy === undefined ? await createPortPicker()() : undefined
  const { servers, programs } = planContainers(run, images, options, routes, intakePort)
  const launches = new Map([...servers, ...programs].map(launch => [launch.name, launch]))
  const nodeAt = (node: string, port: number): string => launches.get(node)!.container.place.publishedAt(port)

  return await arrangeComponents(options, {
    kind: 'containers',
    proxy: toxiproxy,
    servers,
    programs,
    openLinks: async () => toxiproxy ? await openProxies(toxiproxy, routes, launches) : directLinks(system, routes.links, `${run.engine.host}:${intakePort}`),
    nodes: { client: node => nodeAt(node, natsPorts.client), monitor: node => nodeAt(node, natsPorts.monitor) },
    versions: () => readVersions(run.engine, [...servers, ...(toxiproxy ? [toxiproxy] : [])], images.project.image),
    watch: report => run.events.onGone((how, atMs) => report({ name: 'docker', harness: true, how: `the engine went away: ${how}`, lastLines: [], atMs })),
    clear: async () => {},
  })
}

function planContainers(run: ContainerRun, images: ReadyImages, options: ArrangeOptions, { links }: ContainerRoutes, intakePort: number | undefined): { servers: ContainerLaunch[]; programs: ContainerLaunch[] } {
  const { system } = options
  const servers: ContainerLaunch[] = []
  const programs: ContainerLaunch[] = []
  const urls = new Map<string, (address: string) => string>()
  const whereabouts = { host: '0.0.0.0', portOf: (member: string) => portInside(system, member), links, urls }

  for (const [name, component] of Object.entries(system.components)) {
    if (component.kind === 'nats') {
      for (const node of membersOf(system, name)) {
        const cluster = component.nodes > 1 ? { name, listen: `0.0.0.0:${natsPorts.route}`, others: otherNodes(system, name, node, links) } : undefined
        servers.push(natsContainer(run, node, component, cluster))
        urls.set(node, address => `nats://${address}`)
      }
    } else if (component.kind === 'postgres') {
      const launch = postgresContainer(run, name, component, component.schema === undefined ? undefined : resolve(dirname(system.file), component.schema))
      servers.push(launch)
      urls.set(name, launch.urlAt)
    }
  }
  for (const [name, component] of Object.entries(system.components)) {
    const hostPort = name === system.roles.intake ? intakePort : undefined
    for (const member of membersOf(system, name)) {
      const place = { context: contextOf(member, options, whereabouts), hostPort }
      if (component.kind === 'program') programs.push(programContainer(run, member, component, { ...place, systemFile: system.file, project: images.project }))
      else if (component.kind === 'image') programs.push(imageContainer(run, member, component, { ...place, image: images.ofComponents.get(name)! }))
    }
  }
  return { servers, programs }
}

/**
 * Everyone comes to a proxy through the run's network, the harness too where it reaches that. A published port is a proxy of the engine's own: it costs a share of the
 * machine, and accepts what the link refuses. Toxiproxy itself is told addresses, not names: it connects in the loop that accepts, so that asking the engine for a
 * name would be a wait for everybody who comes.
 */
async function openProxies(toxiproxy: ReturnType<typeof toxiproxyContainer>, { links, linkPorts }: ContainerRoutes, launches: ReadonlyMap<string, ContainerLaunch>): Promise<ReadonlyMap<string, Link>> {
  const address = await toxiproxy.addressFromHere()
  const places = new Map(await Promise.all([...launches].map(async ([name, { container }]) => {
    await container.place.hold()
    return [name, await container.place.address()] as const
  })))
  const reached = new Map([...links].map(([name, link]): [string, Link] => {
    const port = linkPorts.get(name)!
    const upstream = link.upstream.replace(/^[^:]+/, member => places.get(member) ?? member)
    const reach = address === undefined ? { probeAt: toxiproxy.container.place.publishedAt(port), published: true } : { probeAt: `${address}:${port}` }
    return [name, { ...link, upstream, ...reach }]
  }))
  return await openLinks(toxiproxy.api(), reached, ({ name }) => `0.0.0.0:${linkPorts.get(name)}`)
}

/** Of links without proxies the harness itself only uses the platform's own. */
function directLinks({ roles, components }: System, links: ReadonlyMap<string, Link>, intakeAt: string): ReadonlyMap<string, Link> {
  const intake = links.get(`${platform}->${roles.intake}`)!
  return components[roles.intake!].kind === 'running' ? links : new Map([...links, [intake.name, { ...intake, probeAt: intakeAt }]])
}
