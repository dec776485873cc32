// Phase 2, arranging: the system's components as local processes, with a Toxiproxy link for every arrow between them.
import { rm } from 'node:fs/promises'
import { arrangeComponents } from './arrange-components.ts'
import { makeDataFolder } from './data-folder.ts'
import type { ArrangeOptions, Environment } from './environment.ts'
import { launchProcess } from './launch.ts'
import { findBinaries, planLaunches } from './launches.ts'
import { checkHosts, planRoutes } from './routes.ts'
import { openLinks, toxiproxyLaunch } from './toxiproxy-server.ts'

/** Starts everything as processes of this machine. Throws as `arrangeComponents` does, and `unavailable` where a binary is missing. */
export async function arrangeLocal(options: ArrangeOptions): Promise<Environment> {
  checkHosts(options.system, options.allowedHosts)
  const binaries = await findBinaries(options)
  const { nats, postgres, toxiproxy } = binaries
  const routes = await planRoutes(options)
  const { ports, nodePorts, links, toxiproxyPort } = routes
  const dataFolder = makeDataFolder(options.folder, postgres?.user)
  const dataStep = options.journal.add({ do: 'remove-folder', path: dataFolder })

  async function clear(): Promise<void> {
    await rm(dataFolder, { recursive: true, force: true, maxRetries: 3 })
    options.journal.done(dataStep)
  }

  try {
    const { servers, programs } = planLaunches(options, routes, binaries, dataFolder)
    return await arrangeComponents(options, {
      kind: 'local',
      proxy: toxiproxy && launchProcess(toxiproxyLaunch({ binary: toxiproxy.path, folder: dataFolder, port: toxiproxyPort })),
      servers: servers.map(launchProcess),
      programs: programs.map(launchProcess),
      openLinks: async () => (toxiproxy ? await openLinks(`http://127.0.0.1:${toxiproxyPort}`, links) : links),
      nodes: { client: node => `127.0.0.1:${ports.get(node)}`, monitor: node => `127.0.0.1:${nodePorts.get(node)!.monitor}` },
      versions: async () => ({ node: process.versions.node, 'nats-server': nats?.version, postgres: postgres?.version, toxiproxy: toxiproxy?.version }),
      clear,
    })
  } catch (error) {
    await clear()
    throw error
  }
}
