// Arranging: every component that the harness starts, as a launch that knows where all the others will be.
import { dirname, join, resolve } from 'node:path'
import { mkdirSync } from 'node:fs'
import type { System } from '../scenario/system.ts'
import { findTool } from './build-tool.ts'
import type { ArrangeOptions } from './environment.ts'
import type { ProcessLaunch } from './launch.ts'
import { membersOf } from './members.ts'
import { natsLaunch, type NatsPlace } from './nats-server.ts'
import { otherNodes, type Routes } from './routes.ts'
import { findPostgres, type PostgresBinaries } from './postgres-binaries.ts'
import { postgresLaunch } from './postgres-server.ts'
import { contextOf } from './program-context.ts'
import { programLaunch } from './program.ts'
import type { Tool } from './tool.ts'

/** What this run starts that is not the user's own. */
export interface Binaries {
  nats: Tool | undefined
  toxiproxy: Tool | undefined
  postgres: PostgresBinaries | undefined
}

/** Finds what the system needs and nothing else, building it where it must. */
export async function findBinaries({ system, links, progress, signal }: ArrangeOptions): Promise<Binaries> {
  const uses = (kind: string): boolean => Object.values(system.components).some(component => component.kind === kind)
  return {
    postgres: uses('postgres') ? await findPostgres() : undefined,
    nats: uses('nats') ? await findTool('nats-server', progress, { signal }) : undefined,
    toxiproxy: links === 'toxiproxy' ? await findTool('toxiproxy-server', progress, { signal }) : undefined,
  }
}

/** The launches of servers and of programs. Throws `usage` where an `env` asks for what no link was made for. */
export function planLaunches(options: ArrangeOptions, routes: Routes, binaries: Binaries, dataFolder: string): { servers: ProcessLaunch[]; programs: ProcessLaunch[] } {
  const { system } = options
  const systemFolder = dirname(system.file)
  const servers: ProcessLaunch[] = []
  const programs: ProcessLaunch[] = []
  const urls = new Map<string, (address: string) => string>()

  for (const [name, component] of Object.entries(system.components)) {
    const port = routes.ports.get(name)!
    const folder = join(dataFolder, name)
    if (component.kind === 'nats') {
      for (const node of membersOf(system, name)) {
        const nodeFolder = join(dataFolder, node)
        mkdirSync(nodeFolder)
        servers.push(natsLaunch(node, component, { binary: binaries.nats!.path, folder: nodeFolder, port: routes.ports.get(node)!, node: placeOf(name, node, system, routes) }))
        urls.set(node, address => `nats://${address}`)
      }
    } else if (component.kind === 'postgres') {
      const schemaFile = component.schema === undefined ? undefined : resolve(systemFolder, component.schema)
      const launch = postgresLaunch(name, component, { binaries: binaries.postgres!, folder, port, schemaFile })
      servers.push(launch)
      urls.set(name, launch.urlAt)
    }
  }

  const whereabouts = { host: '127.0.0.1', portOf: (member: string) => routes.ports.get(member)!, links: routes.links, urls }
  for (const [name, component] of Object.entries(system.components)) {
    if (component.kind !== 'program') continue
    for (const replica of membersOf(system, name)) programs.push(programLaunch(replica, component, { systemFolder, context: contextOf(replica, options, whereabouts) }))
  }
  return { servers, programs }
}

/** Undefined for a server that stands alone. */
function placeOf(cluster: string, node: string, system: System, { nodePorts, links }: Routes): NatsPlace['node'] {
  const ports = nodePorts.get(node)
  return ports && { monitor: `127.0.0.1:${ports.monitor}`, cluster: { name: cluster, listen: `127.0.0.1:${ports.route}`, others: otherNodes(system, cluster, node, links) } }
}
