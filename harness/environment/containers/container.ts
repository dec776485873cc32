// One container of a run over all its lives: Testcontainers makes it and starts it the first time; later it is the same container with the same data that starts again.
import type { Writable } from 'node:stream'
import { GenericContainer, type PortWithOptionalBinding, type WaitStrategy } from 'testcontainers'
import { until } from '../../clock.ts'
import { causeOf, FloodmarkError } from '../../errors.ts'
import type { ComponentLog } from '../component-log.ts'
import type { StartedLife } from '../life.ts'
import { beginLife } from './container-life.ts'
import { labelsOf, nameInRun, type ContainerRun } from './container-run.ts'
import type { DockerContainer, HostConfig } from './engine.ts'

const portLimitMs = 5_000
const logCap = { 'max-size': '20m', 'max-file': '1' }

/** What a container is made of, beside what all containers of a run have in common. */
export interface ContainerSetting {
  /** Its name on the run's network. */
  name: string
  /** Further names there. */
  aliases?: readonly string[]
  image: string
  /** Testcontainers' module for it, where there is one. */
  module?: new (image: string) => GenericContainer
  /** In place of the image's own. */
  entrypoint?: readonly string[]
  command?: readonly string[]
  /** Environment, files and so on, by Testcontainers' own means. */
  describe?(container: GenericContainer): void
  /** Ports inside that the harness reaches; with `host` at that port, else at one that the engine chooses at each start. */
  ports: readonly PortWithOptionalBinding[]
  hostConfig?: HostConfig
}

export interface RunContainer {
  /** Undefined before its first start. */
  readonly id: string | undefined
  /** Begins a life of it; resolves when it runs, ready or not. `output` takes its standard output in place of the log. Throws `unavailable` where it cannot be started at all. */
  start(log: ComponentLog, output?: Writable): Promise<StartedLife>
  /** Its names on the run's network. */
  readonly names: readonly string[]
  /** `host:port` where the harness reaches a port of it in its present life. Throws where it does not run. */
  publishedAt(port: number): string
  /** Its address on the run's network in its present life; undefined where it has none. */
  address(): Promise<string | undefined>
  /** Looks up its published ports again, since they are others once it has been parted from its network. */
  readPorts(): Promise<void>
}

export function createContainer(run: ContainerRun, setting: ContainerSetting): RunContainer {
  const { docker, host } = run.engine
  let container: DockerContainer | undefined
  let published = new Map<number, number>()

  async function start(log: ComponentLog, output?: Writable): Promise<StartedLife> {
    published = new Map()
    try {
      const life = await (container === undefined ? startFirst(log, output) : startAgain(container, log, output))
      // A container that has ended at once has no ports any more: that is for whoever waits for it to find out.
      await awaitPorts(() => life.how === undefined)
      return life
    } catch (error) {
      throw error instanceof FloodmarkError ? error : new FloodmarkError('unavailable', `${setting.name} cannot be started from ${setting.image}: ${causeOf(error)}`, { evidence: log.lastLines(), cause: error })
    }
  }

  /** Its output and its end are followed from before it starts. Testcontainers waits for ports that a container which has ended at once never gets: its end comes first. */
  function startFirst(log: ComponentLog, output?: Writable): Promise<StartedLife> {
    return new Promise((resolve, reject) => {
      const made = makeContainer(run, setting, async id => {
        container = docker.getContainer(id)
        const life = await beginLife(run, container, { name: setting.name, log, output })
        void life.ended.then(() => resolve(life))
        started.then(() => resolve(life), () => {})
      })
      const started = made.start()
      started.catch(reject)
    })
  }

  async function startAgain(known: DockerContainer, log: ComponentLog, output?: Writable): Promise<StartedLife> {
    const life = await beginLife(run, known, { name: setting.name, log, output })
    await known.start()
    return life
  }

  async function awaitPorts(runs: () => boolean): Promise<void> {
    published = await until(`published ports of ${setting.name}`, portLimitMs, () => (runs() ? boundPorts(container!) : new Map()))
  }

  /** Undefined while some are not bound yet. */
  async function boundPorts(known: DockerContainer): Promise<Map<number, number> | undefined> {
    const { NetworkSettings: { Ports } } = await known.inspect()
    const bound = setting.ports.map(port => typeof port === 'object' ? port.container : Number.parseInt(String(port), 10)).map(port => [port, Number(Ports[`${port}/tcp`]?.[0]?.HostPort)] as const)
    return bound.every(([, port]) => port > 0) ? new Map(bound) : undefined
  }

  return {
    get id() {
      return container?.id
    },
    names: [setting.name, ...setting.aliases ?? []],
    start,
    publishedAt(port) {
      const hostPort = published.get(port)
      if (hostPort === undefined) throw new Error(`${setting.name} has no published port ${port} now`)
      return `${host}:${hostPort}`
    },
    async address() {
      const { NetworkSettings: { Networks } } = await container!.inspect()
      return Networks[run.network]?.IPAddress || undefined
    },
    readPorts: async () => await awaitPorts(() => true),
  }
}

const waitForNothing: WaitStrategy = {
  waitUntilReady: async () => {},
  withStartupTimeout: () => waitForNothing,
  isStartupTimeoutSet: () => true,
  getStartupTimeout: () => portLimitMs,
}

/** Testcontainers' container with what it has no setting for: names on a network without a second network beside it, and only the ports that are asked for. */
function makeContainer(run: ContainerRun, { name, aliases = [], image, module = GenericContainer, entrypoint, command, describe, ports, hostConfig }: ContainerSetting, onCreated: (id: string) => Promise<void>): GenericContainer {
  const container = new class extends module {
    protected override async beforeContainerCreated(): Promise<void> {
      this.createOpts.NetworkingConfig = { EndpointsConfig: { [run.network]: { Aliases: [name, ...aliases] } } }
      // What is awaited is a real request; a module's own health check would go on beside the flood all through the run.
      this.createOpts.Healthcheck = { Test: ['NONE'] }
      if (command) this.withCommand([...command])
      this.exposedPorts = []
      this.createOpts.ExposedPorts = {}
      this.hostConfig = { ...this.hostConfig, PortBindings: {}, LogConfig: { Type: 'json-file', Config: logCap }, ...hostConfig }
      this.withExposedPorts(...ports)
    }

    protected override containerCreated(id: string): Promise<void> {
      return onCreated(id)
    }
  }(image)
  describe?.(container)
  if (entrypoint) container.withEntrypoint([...entrypoint])
  return container
    .withName(nameInRun(run, name))
    .withLabels(labelsOf(run))
    .withNetworkMode(run.network)
    .withWaitStrategy(waitForNothing)
}
