// One container of a run over all its lives: Testcontainers makes it and starts it the first time; later it is the same container with the same data that starts again.
import type { Writable } from 'node:stream'
import { GenericContainer, type WaitStrategy } from 'testcontainers'
import { until } from '../../clock.ts'
import { causeOf, FloodmarkError } from '../../errors.ts'
import type { ComponentLog } from '../component-log.ts'
import type { StartedLife } from '../life.ts'
import { beginLife } from './container-life.ts'
import { labelsOf, nameInRun, type ContainerRun } from './container-run.ts'
import type { DockerContainer, HostConfig } from './engine.ts'
import { holdPlace, type PlaceSetting } from './network-place.ts'

const portLimitMs = 5_000
const logCap = { 'max-size': '20m', 'max-file': '1' }

/** What a container is made of, beside what all containers of a run have in common. */
export interface ContainerSetting extends PlaceSetting {
  image: string
  /** Image of the container that keeps its place on the network while it is down; without one it has none then. */
  placeImage?: string | undefined
  /** Testcontainers' module for it, where there is one. */
  module?: new (image: string) => GenericContainer
  /** In place of the image's own. */
  entrypoint?: readonly string[]
  command?: readonly string[]
  /** Environment, files and so on, by Testcontainers' own means. */
  describe?(container: GenericContainer): void
  hostConfig?: HostConfig
}

export interface RunContainer {
  /** Undefined before its first start. */
  readonly id: string | undefined
  /** Of the container whose place on the network it has: its own, or the one that keeps it. */
  readonly placeId: string | undefined
  /** Takes the place on the network that is kept for it, if one is, before it first starts. */
  hold(): Promise<void>
  /** Begins a life of it; resolves when it runs, ready or not. `output` takes its standard output in place of the log. Throws `unavailable` where it cannot be started at all. */
  start(log: ComponentLog, output?: Writable): Promise<StartedLife>
  /** Its names on the run's network. */
  readonly names: readonly string[]
  /** `host:port` where the harness reaches a port of it in its present life. Throws where it does not run. */
  publishedAt(port: number): string
  /** Its address on the run's network; undefined where it has none. */
  address(): Promise<string | undefined>
  /** Looks up its published ports again, since they are others once it has been parted from its network. */
  readPorts(): Promise<void>
}

export function createContainer(run: ContainerRun, setting: ContainerSetting): RunContainer {
  const { docker, host } = run.engine
  let container: DockerContainer | undefined
  let keeper: DockerContainer | undefined
  let published = new Map<number, number>()

  const place = (): DockerContainer | undefined => keeper ?? container

  async function hold(): Promise<void> {
    if (setting.placeImage !== undefined) keeper ??= await holdPlace(run, setting.placeImage, setting)
  }

  async function address(): Promise<string | undefined> {
    const { NetworkSettings: { Networks } } = await place()!.inspect()
    return Networks[run.network]?.IPAddress || undefined
  }

  async function start(log: ComponentLog, output?: Writable): Promise<StartedLife> {
    published = new Map()
    try {
      await hold()
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
      let life: StartedLife
      const made = makeContainer(run, { ...setting, keeper: keeper?.id }, {
        async created(id) {
          container = docker.getContainer(id)
          life = await beginLife(run, container, { name: setting.name, log, output })
          void life.ended.then(() => resolve(life))
        },
        started: () => resolve(life),
      })
      // A module may go on to look for ports, which the keeper has: that is nothing to us any more.
      made.start().catch(reject)
    })
  }

  async function startAgain(known: DockerContainer, log: ComponentLog, output?: Writable): Promise<StartedLife> {
    const life = await beginLife(run, known, { name: setting.name, log, output })
    await known.start()
    return life
  }

  async function awaitPorts(runs: () => boolean): Promise<void> {
    published = await until(`published ports of ${setting.name}`, portLimitMs, () => (runs() ? boundPorts(place()!) : new Map()))
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
    get placeId() {
      return place()?.id
    },
    names: [setting.name, ...setting.aliases ?? []],
    start,
    publishedAt(port) {
      const hostPort = published.get(port)
      if (hostPort === undefined) throw new Error(`${setting.name} has no published port ${port} now`)
      return `${host}:${hostPort}`
    },
    address,
    hold,
    readPorts: async () => await awaitPorts(() => true),
  }
}

const waitForNothing: WaitStrategy = {
  waitUntilReady: async () => {},
  withStartupTimeout: () => waitForNothing,
  isStartupTimeoutSet: () => true,
  getStartupTimeout: () => portLimitMs,
}

/** Testcontainers' container with what it has no setting for: names on a network without a second network beside it, and only the ports that are asked for. Where its place is kept, they are the keeper's. */
function makeContainer(run: ContainerRun, { name, aliases = [], image, module = GenericContainer, entrypoint, command, describe, ports, hostConfig, keeper }: ContainerSetting & { keeper: string | undefined }, on: { created(id: string): Promise<void>; started(): void }): GenericContainer {
  const container = new class extends module {
    protected override async beforeContainerCreated(): Promise<void> {
      if (keeper === undefined) this.createOpts.NetworkingConfig = { EndpointsConfig: { [run.network]: { Aliases: [name, ...aliases] } } }
      // What is awaited is a real request; a module's own health check would go on beside the flood all through the run.
      this.createOpts.Healthcheck = { Test: ['NONE'] }
      if (command) this.withCommand([...command])
      this.exposedPorts = []
      this.createOpts.ExposedPorts = {}
      this.hostConfig = { ...this.hostConfig, PortBindings: {}, LogConfig: { Type: 'json-file', Config: logCap }, ...hostConfig }
      if (keeper === undefined) this.withExposedPorts(...ports)
    }

    protected override containerCreated(id: string): Promise<void> {
      return on.created(id)
    }

    protected override async containerStarted(): Promise<void> {
      on.started()
    }
  }(image)
  describe?.(container)
  if (entrypoint) container.withEntrypoint([...entrypoint])
  return container
    .withName(nameInRun(run, name))
    .withLabels(labelsOf(run))
    .withNetworkMode(keeper === undefined ? run.network : `container:${keeper}`)
    .withWaitStrategy(waitForNothing)
}
