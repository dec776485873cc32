// What a component keeps on the network while it is down: its name, its address and its published ports. They belong to a container that does nothing, as to the pause container of
// a Kubernetes pod, and the component's own joins it there. So a connection to what is down is refused at once, as on this machine.
import type { PortWithOptionalBinding } from 'testcontainers'
import { causeOf, FloodmarkError } from '../../errors.ts'
import { labelsOf, nameInRun, type ContainerRun } from './container-run.ts'
import type { DockerContainer } from './engine.ts'

export interface PlaceSetting {
  /** Its name on the run's network, and further ones. */
  name: string
  aliases?: readonly string[]
  /** Ports inside that the harness reaches; with `host` at that port, else at one that the engine chooses. */
  ports: readonly PortWithOptionalBinding[]
}

/** Takes the place; it is given up with the run's other containers. `image` is any with a `sleep`. Throws `unavailable`. */
export async function holdPlace(run: ContainerRun, image: string, { name, aliases = [], ports }: PlaceSetting): Promise<DockerContainer> {
  const bindings = ports.map((port): [string, { HostPort: string }[]] => typeof port === 'object' ? [`${port.container}/tcp`, [{ HostPort: String(port.host) }]] : [`${port}/tcp`, [{ HostPort: '0' }]])
  try {
    const container = await run.engine.docker.createContainer({
      name: nameInRun(run, `${name}-place`),
      Image: image,
      Entrypoint: ['sleep', 'infinity'],
      Cmd: [],
      Labels: labelsOf(run),
      ExposedPorts: Object.fromEntries(bindings.map(([port]) => [port, {}])),
      HostConfig: { NetworkMode: run.network, PortBindings: Object.fromEntries(bindings) },
      NetworkingConfig: { EndpointsConfig: { [run.network]: { Aliases: [name, ...aliases] } } },
    })
    await container.start()
    return container
  } catch (error) {
    throw new FloodmarkError('unavailable', `${name} cannot be given a place on the run's network: ${causeOf(error)}`, { cause: error })
  }
}
