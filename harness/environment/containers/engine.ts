// The Docker engine of a run, as everything that starts or asks containers has it at hand.
import type { ContainerRuntimeClient } from 'testcontainers'
import type { EngineAddress } from './engine-request.ts'
import { findEngine } from './find-engine.ts'

/** The client for the engine's whole API that Testcontainers itself works with. */
export type Docker = ContainerRuntimeClient['container']['dockerode']
export type DockerContainer = ReturnType<Docker['getContainer']>
/** What of a container is for the engine's host to give: memory, mounts. */
export type HostConfig = NonNullable<Parameters<Docker['createContainer']>[0]['HostConfig']>

export interface ContainerEngine {
  readonly docker: Docker
  /** How anyone without Testcontainers reaches it. */
  readonly address: EngineAddress
  /** Host that published ports are reached on. */
  readonly host: string
  readonly version: string
  readonly cores: number
}

/** The engine that Testcontainers finds. Throws `unavailable` with what is in the way and its cure. */
export async function connectEngine(): Promise<ContainerEngine> {
  const { engine: { address, version }, client: { container, info } } = await findEngine()
  const { host, cpus: cores } = info.containerRuntime
  // As an address: the sender would look the name up for each of its connections, and may be told ::1, where nothing is published.
  return { docker: container.dockerode, address, version, cores, host: host === 'localhost' ? '127.0.0.1' : host }
}

/** Whether it is on this machine: its published ports are on loopback, and its clock is the harness's. */
export function isHere({ host }: Pick<ContainerEngine, 'host'>): boolean {
  return /^(127\.|::1$)/.test(host)
}
