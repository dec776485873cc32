// Arranging: every component that the harness starts, as a launch that knows where all the others will be.
import { dirname, join, resolve } from 'node:path'
import { mkdirSync } from 'node:fs'
import { FloodmarkError } from '../errors.ts'
import { mustDurationMs } from '../scenario/duration.ts'
import type { EnvContext } from '../scenario/system.ts'
import { findTool } from './build-tool.ts'
import type { ArrangeOptions } from './environment.ts'
import type { Launch } from './launch.ts'
import { natsLaunch } from './nats-server.ts'
import { findPostgres, type PostgresBinaries } from './postgres-binaries.ts'
import { postgresLaunch } from './postgres-server.ts'
import { programLaunch } from './program.ts'
import type { Routes } from './routes.ts'
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
export function planLaunches(options: ArrangeOptions, routes: Routes, binaries: Binaries, dataFolder: string): { servers: Launch[]; programs: Launch[] } {
  const { system } = options
  const systemFolder = dirname(system.file)
  const servers: Launch[] = []
  const programs: Launch[] = []
  const urls = new Map<string, (address: string) => string>()

  for (const [name, component] of Object.entries(system.components)) {
    const port = routes.ports.get(name)!
    const folder = join(dataFolder, name)
    if (component.kind === 'nats') {
      mkdirSync(folder)
      servers.push(natsLaunch(name, component, { binary: binaries.nats!.path, folder, port }))
      urls.set(name, address => `nats://${address}`)
    } else if (component.kind === 'postgres') {
      const schemaFile = component.schema === undefined ? undefined : resolve(systemFolder, component.schema)
      const launch = postgresLaunch(name, component, { binaries: binaries.postgres!, folder, port, schemaFile })
      servers.push(launch)
      urls.set(name, launch.urlAt)
    }
  }

  function contextOf(from: string): EnvContext {
    return {
      to(target) {
        const link = routes.links.get(`${from}->${target}`)
        if (!link) throw new FloodmarkError('usage', `components.${from}.env: asks for the address of "${target}" now and did not when its links were counted`)
        return urls.get(target)?.(link.listen) ?? `http://${link.listen}`
      },
      port: routes.ports.get(from)!,
      host: '127.0.0.1',
      scaled: duration => mustDurationMs(duration) / options.timeScale,
      secret: options.secret,
      adminToken: options.adminToken,
    }
  }
  for (const [name, component] of Object.entries(system.components)) {
    if (component.kind === 'program') programs.push(programLaunch(name, component, { systemFolder, context: contextOf(name) }))
  }
  return { servers, programs }
}
