// What all containers of one run have in common: their engine, label, network, and whoever hears of their ends.
import { isHere, type ContainerEngine, type HostConfig } from './engine.ts'
import type { LimitedDisk } from '../container-control.ts'
import type { EngineEvents } from './engine-events.ts'
import { runLabel } from './remove-run.ts'

type Mount = NonNullable<HostConfig['Mounts']>[number]

/** Names of the harness's own on the run's network, beside those of the system's components. */
export const ownNames = { proxy: 'toxiproxy', servers: 'destinations', load: 'k6' } as const

export interface ContainerRun {
  readonly engine: ContainerEngine
  readonly runId: string
  /** Name of the run's own network. Whoever is on it finds the others by the system's own names. */
  readonly network: string
  readonly events: EngineEvents
  /** Image of the containers that keep the components' places on the network. */
  readonly placeImage?: string
  /** Disks of limited size, by the component whose data is on each. */
  readonly disks: ReadonlyMap<string, LimitedDisk>
}

/** What a container, volume or network of the run carries, and is found by when it must be removed. */
export function labelsOf({ runId }: Pick<ContainerRun, 'runId'>): Record<string, string> {
  return { [runLabel]: runId }
}

/** Name of something of the run on the engine, which may be that of several runs. */
export function nameInRun({ runId }: Pick<ContainerRun, 'runId'>, name: string): string {
  return `floodmark-${runId}-${name}`
}

/** A volume of the run, made when a container first mounts it; what is on it outlives the container's processes. */
export function volumeOf(run: Pick<ContainerRun, 'runId'>, name: string, target: string): Mount {
  return { Type: 'volume', Source: nameInRun(run, name), Target: target, VolumeOptions: { NoCopy: false, Labels: labelsOf(run), DriverConfig: { Name: 'local', Options: {} } } }
}

/**
 * The run's network: a bridge of its own. On an engine of this machine its published ports are on loopback; elsewhere they are where that engine puts them,
 * since loopback there could not be reached from here. Its range of addresses is one that the engine found free, said again: only on a network whose range was said may a
 * container that was parted from it have its address back. Throws the engine's own words.
 */
export async function createNetwork({ docker, host }: ContainerEngine, runId: string): Promise<string> {
  const name = nameInRun({ runId }, 'network')
  const published: Record<string, string> = isHere({ host }) ? { 'com.docker.network.bridge.host_binding_ipv4': '127.0.0.1' } : {}
  const setting = { Name: name, Driver: 'bridge', Labels: labelsOf({ runId }), Options: published }
  for (let triesLeft = 3; ; triesLeft--) {
    const free = await docker.createNetwork(setting)
    const { IPAM } = await free.inspect() as { IPAM: { Config: { Subnet: string; Gateway: string }[] } }
    await free.remove()
    try {
      await docker.createNetwork({ ...setting, IPAM: { Config: IPAM.Config.map(({ Subnet, Gateway }) => ({ Subnet, Gateway })) } })
      return name
    } catch (error) {
      // Somebody else may have taken it in between.
      if (triesLeft === 0) throw error
    }
  }
}
