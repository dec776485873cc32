// Phase 2, arranging: links, then servers, then programs, each started and answering before the next; the same for every kind of environment.
import { causeOf, FloodmarkError } from '../errors.ts'
import type { System } from '../scenario/system.ts'
import { createComponentSet, type ComponentSet } from './component-set.ts'
import type { ArrangeOptions, Death, Environment, Link, StartedComponent } from './environment.ts'
import type { Launch } from './launch.ts'
import { platform } from './links.ts'
import { awaitClusters, natsClusters, type NodeAddresses } from './nats-cluster.ts'
import { runningComponent } from './running-component.ts'
import { startOrder } from './start-order.ts'

const probeLimitMs = 5_000

/** What one kind of environment brings: what is started in it and how, and where it is reached. */
export interface Arrangement {
  kind: Environment['kind']
  /** Undefined with `--links direct`. */
  proxy: Launch | undefined
  servers: readonly Launch[]
  programs: readonly Launch[]
  /** Every link, in place; called when the proxy is up. */
  openLinks(): Promise<ReadonlyMap<string, Link>>
  nodes: NodeAddresses
  /** Of what runs by then; those that are not there are left out. */
  versions(): Promise<Record<string, string | undefined>>
  /** Tells of the end of what it all stands on. */
  watch?(report: (death: Death) => void): void
  /** When everything has been stopped: removes what is left of it. Safe to call twice. */
  clear(): Promise<void>
}

/**
 * Starts everything. What cannot start is a FloodmarkError with its last words; then, and on abort, everything that had been started is stopped
 * before this throws.
 */
export async function arrangeComponents(options: ArrangeOptions, arrangement: Arrangement): Promise<Environment> {
  const { system, signal } = options
  const { proxy, servers, programs, nodes } = arrangement
  const set = createComponentSet(options)
  let stopping: Promise<void> | undefined
  const stop = (): Promise<void> => (stopping ??= set.stop().finally(arrangement.clear))

  try {
    signal.throwIfAborted()
    arrangement.watch?.(set.report)
    if (proxy) await set.start('proxy', [proxy])
    const links = await arrangement.openLinks()
    await set.start('server', servers)
    await awaitClusters(options, nodes)
    for (const names of startOrder(programs.map(launch => launch.name), [...links.values()])) {
      await set.start('program', programs.filter(launch => names.includes(launch.name)))
    }
    const alreadyThere = await probeRunning(system)
    const versions = await arrangement.versions()
    signal.throwIfAborted()
    return environmentOf(options.system, arrangement, { set, alreadyThere, links, versions, stop })
  } catch (error) {
    await stop()
    signal.throwIfAborted()
    throw error
  }
}

interface Arranged {
  set: ComponentSet
  alreadyThere: ReadonlyMap<string, StartedComponent>
  links: ReadonlyMap<string, Link>
  versions: Record<string, string | undefined>
  stop(): Promise<void>
}

function environmentOf(system: System, { kind, nodes }: Arrangement, { set, alreadyThere, links, versions, stop }: Arranged): Environment {
  return {
    kind,
    components: new Map<string, StartedComponent>([...set.components, ...alreadyThere]),
    links,
    clusters: natsClusters(system, nodes),
    intakeUrl: intakeUrl(system, links),
    versions: Object.fromEntries(Object.entries(versions).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    onDeath: set.onDeath,
    usage: set.usage,
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
  return `http://${links.get(`${platform}->${roles.intake}`)!.probeAt}${base}${intake.path}`
}
