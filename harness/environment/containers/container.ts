// One container of a run over all its lives: Testcontainers makes it and starts it the first time; later it is the same container with the same data that starts again.
import type { Writable } from 'node:stream'
import { GenericContainer, type WaitStrategy } from 'testcontainers'
import { causeOf, FloodmarkError } from '../../errors.ts'
import type { ComponentLog } from '../component-log.ts'
import type { StartedLife } from '../life.ts'
import { beginLife } from './container-life.ts'
import { labelsOf, nameInRun, type ContainerRun } from './container-run.ts'
import type { DockerContainer, HostConfig } from './engine.ts'
import { NetworkPlace, type PlaceSetting } from './network-place.ts'

const startLimitMs = 5_000
const logCap = { 'max-size': '20m', 'max-file': '1' }

/** What a container is made of, beside what all containers of a run have in common. */
export interface ContainerSetting extends PlaceSetting {
  image: string
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
  readonly place: NetworkPlace
  /** Begins a life of it; resolves when it runs, ready or not. `output` takes its standard output in place of the log. Throws `unavailable` where it cannot be started at all. */
  start(log: ComponentLog, output?: Writable): Promise<StartedLife>
}

export function createContainer(run: ContainerRun, setting: ContainerSetting): RunContainer {
  const { docker } = run.engine
  const place = new NetworkPlace(run, setting)
  let container: DockerContainer | undefined

  async function start(log: ComponentLog, output?: Writable): Promise<StartedLife> {
    place.forgetPorts()
    try {
      await place.hold()
      const life = await (container === undefined ? startFirst(log, output) : startAgain(container, log, output))
      // A container that has ended at once has no ports any more: that is for whoever waits for it to find out.
      await place.readPorts(() => life.how === undefined)
      return life
    } catch (error) {
      throw error instanceof FloodmarkError ? error : new FloodmarkError('unavailable', `${setting.name} cannot be started from ${setting.image}: ${causeOf(error)}`, { evidence: log.lastLines(), cause: error })
    }
  }

  /** Its output and its end are followed from before it starts. Testcontainers waits for ports that a container which has ended at once never gets: its end comes first. */
  function startFirst(log: ComponentLog, output?: Writable): Promise<StartedLife> {
    return new Promise((resolve, reject) => {
      let life: StartedLife
      const made = makeContainer(run, setting, place, {
        async created(id) {
          container = docker.getContainer(id)
          place.takenBy(container)
          life = await beginLife(run, container, { name: setting.name, log, output })
          void life.ended.then(() => resolve(life))
        },
        started: () => resolve(life),
      })
      // A module may go on to look for ports, which the place's keeper has: that is nothing to us any more.
      made.start().catch(reject)
    })
  }

  async function startAgain(known: DockerContainer, log: ComponentLog, output?: Writable): Promise<StartedLife> {
    const life = await beginLife(run, known, { name: setting.name, log, output })
    await known.start()
    return life
  }

  return {
    get id() {
      return container?.id
    },
    place,
    start,
  }
}

const waitForNothing: WaitStrategy = {
  waitUntilReady: async () => {},
  withStartupTimeout: () => waitForNothing,
  isStartupTimeoutSet: () => true,
  getStartupTimeout: () => startLimitMs,
}

/** Testcontainers' container with what it has no setting for: names on a network without a second network beside it, and only the ports that are asked for. Where its place is kept, they are the keeper's. */
function makeContainer(run: ContainerRun, { name, image, module = GenericContainer, entrypoint, command, describe, ports, hostConfig }: ContainerSetting, place: NetworkPlace, on: { created(id: string): Promise<void>; started(): void }): GenericContainer {
  const container = new class extends module {
    protected override async beforeContainerCreated(): Promise<void> {
      if (!place.isKept) this.createOpts.NetworkingConfig = { EndpointsConfig: place.endpoints }
      // What is awaited is a real request; a module's own health check would go on beside the flood all through the run.
      this.createOpts.Healthcheck = { Test: ['NONE'] }
      if (command) this.withCommand([...command])
      this.exposedPorts = []
      this.createOpts.ExposedPorts = {}
      this.hostConfig = { ...this.hostConfig, PortBindings: {}, LogConfig: { Type: 'json-file', Config: logCap }, ...hostConfig }
      if (!place.isKept) this.withExposedPorts(...ports)
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
    .withNetworkMode(place.mode)
    .withWaitStrategy(waitForNothing)
}
