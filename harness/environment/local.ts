// Phase 2, arranging: the system's components as local processes, with a Toxiproxy link for every arrow between them.
import { rm } from 'node:fs/promises'
import { causeOf, FloodmarkError } from '../errors.ts'
import type { System } from '../scenario/system.ts'
import { createComponentSet, type ComponentSet } from './component-set.ts'
import { makeDataFolder } from './data-folder.ts'
import type { ArrangeOptions, Environment, Link, StartedComponent } from './environment.ts'
import { findBinaries, planLaunches, type Binaries } from './launches.ts'
import { platform } from './links.ts'
import { awaitClusters, natsClusters } from './nats-cluster.ts'
import { checkHosts, planRoutes, type Routes } from './routes.ts'
import { runningComponent } from './running-component.ts'
import { startOrder } from './start-order.ts'
import { openLinks, toxiproxyLaunch } from './toxiproxy-server.ts'

const probeLimitMs = 5_000

/**
 * Starts everything: links, then servers, then programs. What cannot start is a FloodmarkError with its last words;
 * then, and on abort, everything that had been started is stopped before this throws.
 */
export async function arrangeLocal(options: ArrangeOptions): Promise<Environment> {
  checkHosts(options.system, options.allowedHosts)
  const binaries = await findBinaries(options)
  const routes = await planRoutes(options)
  const dataFolder = makeDataFolder(options.folder, binaries.postgres?.user)
  const dataStep = options.journal.add({ do: 'remove-folder', path: dataFolder })
  const set = createComponentSet(options)
  let stopping: Promise<void> | undefined

  async function stopAll(): Promise<void> {
    try {
      await set.stop()
    } finally {
      await rm(dataFolder, { recursive: true, force: true, maxRetries: 3 })
      options.journal.done(dataStep)
    }
  }
  const stop = (): Promise<void> => (stopping ??= stopAll())

  try {
    options.signal.throwIfAborted()
    const launches = planLaunches(options, routes, binaries, dataFolder)
    let { links } = routes
    if (binaries.toxiproxy) {
      await set.start('proxy', [toxiproxyLaunch({ binary: binaries.toxiproxy.path, folder: dataFolder, port: routes.toxiproxyPort })])
      links = await openLinks(`http://127.0.0.1:${routes.toxiproxyPort}`, links)
    }
    await set.start('server', launches.servers)
    await awaitClusters(options, routes)
    for (const names of startOrder(launches.programs.map(launch => launch.name), [...links.values()])) {
      await set.start('program', launches.programs.filter(launch => names.includes(launch.name)))
    }
    const alreadyThere = await probeRunning(options.system)
    options.signal.throwIfAborted()
    return environmentOf(options.system, set, alreadyThere, { ...routes, links }, binaries, stop)
  } catch (error) {
    await stop()
    options.signal.throwIfAborted()
    throw error
  }
}

function environmentOf(system: System, set: ComponentSet, alreadyThere: ReadonlyMap<string, StartedComponent>, routes: Routes, { nats, postgres, toxiproxy }: Binaries, stop: () => Promise<void>): Environment {
  const versions = { node: process.versions.node, 'nats-server': nats?.version, postgres: postgres?.version, toxiproxy: toxiproxy?.version }
  return {
    kind: 'local',
    components: new Map<string, StartedComponent>([...set.components, ...alreadyThere]),
    links: routes.links,
    clusters: natsClusters(system, routes),
    intakeUrl: intakeUrl(system, routes.links),
    versions: Object.fromEntries(Object.entries(versions).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    onDeath: set.onDeath,
    usage: async () => set.usage(),
    stop,
  }
}

/** Whether what is said to run already does, and is not merely said to. */
async function probeRunning(system: System): Promise<Map<string, StartedComponent>> {
  const found = new Map<string, StartedComponent>()
  for (const [name, component] of Object.entries(system.components)) {
    if (component.kind !== 'running') continue
    const started = runningComponent(name, component)
    try {
      await started.probe(probeLimitMs)
    } catch (error) {
      throw new FloodmarkError('unavailable', `${name} does not answer at ${component.url}: ${causeOf(error)}`, { hint: 'start it first, or name it as a command() so that floodmark does', cause: error })
    }
    found.set(name, started)
  }
  return found
}

function intakeUrl({ roles, components, intake }: System, links: ReadonlyMap<string, Link>): string {
  const component = components[roles.intake!]
  const base = component.kind === 'running' ? new URL(component.url).pathname.replace(/\/$/, '') : ''
  return `http://${links.get(`${platform}->${roles.intake}`)!.listen}${base}${intake.path}`
}
