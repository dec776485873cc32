// What a component has on the run's network: its names, its address and its published ports. It keeps them while it is down where a container that does nothing holds them, as the pause
// container of a Kubernetes pod does, and the component's own joins that: so a connection to what is down is refused at once, as on this machine.
import type { PortWithOptionalBinding } from 'testcontainers'
import { until } from '../../clock.ts'
import { causeOf, FloodmarkError } from '../../errors.ts'
import { labelsOf, nameInRun, type ContainerRun } from './container-run.ts'
import type { DockerContainer } from './engine.ts'

const portLimitMs = 5_000

export interface PlaceSetting {
  /** Its name on the run's network, and further ones. */
  name: string
  aliases?: readonly string[]
  /** Ports inside that the harness reaches; with `host` at that port, else at one that the engine chooses. */
  ports: readonly PortWithOptionalBinding[]
  /** Image with a `sleep`, of the container that keeps the place while the component is down; without one it has none then. */
  placeImage?: string | undefined
}

/** The place of one component over all its lives. It is given up with the run's containers. */
export class NetworkPlace {
  readonly names: readonly string[]
  readonly #run: ContainerRun
  readonly #setting: PlaceSetting
  #keeper: DockerContainer | undefined
  #own: DockerContainer | undefined
  #published = new Map<number, number>()
  /** That it had before it left the network. */
  #lastAddress: string | undefined

  constructor(run: ContainerRun, setting: PlaceSetting) {
    this.names = [setting.name, ...setting.aliases ?? []]
    this.#run = run
    this.#setting = setting
  }

  /** Whether a container of its own keeps it. */
  get isKept(): boolean {
    return this.#setting.placeImage !== undefined
  }

  /** How the component's container comes to it: the engine's network mode. */
  get mode(): string {
    return this.#keeper === undefined ? this.#run.network : `container:${this.#keeper.id}`
  }

  /** How the engine is told its names, when the container that has it is made. */
  get endpoints(): Record<string, { Aliases: string[] }> {
    return { [this.#run.network]: { Aliases: [...this.names] } }
  }

  /** Has it kept from here on, where it is to be kept. Throws `unavailable`. */
  async hold(): Promise<void> {
    if (this.isKept) this.#keeper ??= await startKeeper(this.#run, this.#setting, this.endpoints)
  }

  /** Belongs to the component's own container, where nobody keeps it. */
  takenBy(container: DockerContainer): void {
    this.#own = container
  }

  /** Undefined where it has none. */
  async address(): Promise<string | undefined> {
    return (await this.#networks())[this.#run.network]?.IPAddress || undefined
  }

  async isConnected(): Promise<boolean> {
    return Object.hasOwn(await this.#networks(), this.#run.network)
  }

  /** Leaves the network, for good or until `connect`. */
  async disconnect(): Promise<void> {
    const here = (await this.#networks())[this.#run.network]
    if (here === undefined) return
    this.#lastAddress = here.IPAddress || undefined
    await this.#network().disconnect({ Container: this.#holder().id, Force: true })
  }

  /** On the network again, by the names and at the address that it had. */
  async connect(): Promise<void> {
    if (await this.isConnected()) return
    await this.#network().connect({ Container: this.#holder().id, EndpointConfig: { Aliases: [...this.names], IPAMConfig: { IPv4Address: this.#lastAddress } } })
  }

  /** `host:port` where the harness reaches a port of it. Throws where the component does not run. */
  publishedAt(port: number): string {
    const hostPort = this.#published.get(port)
    if (hostPort === undefined) throw new Error(`${this.#setting.name} has no published port ${port} now`)
    return `${this.#run.engine.host}:${hostPort}`
  }

  /** Looks up its published ports, which are others after each start and each time that it comes to the network. Of what has ended (`runs`) there are none. */
  async readPorts(runs = () => true): Promise<void> {
    this.#published = await until(`published ports of ${this.#setting.name}`, portLimitMs, () => (runs() ? this.#boundPorts() : new Map()))
  }

  /** They are no more: it is not running. */
  forgetPorts(): void {
    this.#published = new Map()
  }

  /** Undefined while some are not bound yet. */
  async #boundPorts(): Promise<Map<number, number> | undefined> {
    const { NetworkSettings: { Ports } } = await this.#holder().inspect()
    const bound = this.#setting.ports.map(port => typeof port === 'object' ? port.container : Number.parseInt(String(port), 10)).map(port => [port, Number(Ports[`${port}/tcp`]?.[0]?.HostPort)] as const)
    return bound.every(([, port]) => port > 0) ? new Map(bound) : undefined
  }

  async #networks(): Promise<Record<string, { IPAddress?: string }>> {
    return (await this.#holder().inspect()).NetworkSettings.Networks
  }

  #network() {
    return this.#run.engine.docker.getNetwork(this.#run.network)
  }

  /** The container that the engine knows it by. */
  #holder(): DockerContainer {
    const holder = this.#keeper ?? this.#own
    if (holder === undefined) throw new Error(`the container of ${this.#setting.name} was never started`)
    return holder
  }
}

async function startKeeper(run: ContainerRun, { name, ports, placeImage }: PlaceSetting, endpoints: NetworkPlace['endpoints']): Promise<DockerContainer> {
  const bindings = ports.map((port): [string, { HostPort: string }[]] => typeof port === 'object' ? [`${port.container}/tcp`, [{ HostPort: String(port.host) }]] : [`${port}/tcp`, [{ HostPort: '0' }]])
  try {
    const container = await run.engine.docker.createContainer({
      name: nameInRun(run, `${name}-place`),
      Image: placeImage,
      Entrypoint: ['sleep', 'infinity'],
      Cmd: [],
      Labels: labelsOf(run),
      ExposedPorts: Object.fromEntries(bindings.map(([port]) => [port, {}])),
      HostConfig: { NetworkMode: run.network, PortBindings: Object.fromEntries(bindings) },
      NetworkingConfig: { EndpointsConfig: endpoints },
    })
    await container.start()
    return container
  } catch (error) {
    throw new FloodmarkError('unavailable', `${name} cannot be given a place on the run's network: ${causeOf(error)}`, { cause: error })
  }
}
