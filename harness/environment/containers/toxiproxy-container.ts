import { ToxiProxyContainer } from '@testcontainers/toxiproxy'
import { goEnvironment } from '../go-runtime.ts'
import { imageOf } from '../images/images.ts'
import { toxiproxyAt } from '../toxiproxy.ts'
import { isHere } from './engine.ts'
import { launchContainer, type ContainerLaunch } from './container-launch.ts'
import { ownNames, type ContainerRun } from './container-run.ts'

const apiPort = 8_474
const reachLimitMs = 1_000

/** Toxiproxy with a port for each link, all of them reached by the harness too: a part of the harness, so its death makes a run invalid. */
export function toxiproxyContainer(run: ContainerRun, linkPorts: readonly number[]): ContainerLaunch & { api(): string; addressFromHere(): Promise<string | undefined> } {
  const launch = launchContainer(run, {
    name: ownNames.proxy,
    image: imageOf('toxiproxy'),
    module: ToxiProxyContainer,
    // At its default level it writes a line for every connection that it accepts.
    describe: container => container.withEnvironment({ ...goEnvironment(run.engine.cores), LOG_LEVEL: 'warn' }),
    ports: [apiPort, ...linkPorts],
  }, { probe: () => async limitMs => `toxiproxy ${await version(limitMs)}`, version: { name: 'toxiproxy', read: () => version() } })
  const version = (limitMs?: number): Promise<string> => toxiproxyAt(api()).version(limitMs)
  const api = (): string => `http://${launch.container.place.publishedAt(apiPort)}`
  return {
    ...launch,
    api,
    /** Its address on the run's network, if this machine is on that too: as a Linux engine's own machine is. */
    async addressFromHere() {
      const address = isHere(run.engine) ? await launch.container.place.address() : undefined
      if (address === undefined) return undefined
      return await toxiproxyAt(`http://${address}:${apiPort}`).version(reachLimitMs).then(() => address, () => undefined)
    },
  }
}
