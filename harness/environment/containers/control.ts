// During the flood: what faults do to a container through the engine, beyond what can be done to any life.
import type { ContainerControl } from '../container-control.ts'
import type { Probe } from '../probes.ts'
import type { ContainerRun } from './container-run.ts'
import type { RunContainer } from './container.ts'
import type { DockerContainer } from './engine.ts'

/** The period in which the kernel gives out CPU under a limit: 100 ms, its default. */
const periodMicroseconds = 100_000

/** The control of a container of the run, before its first start too. `health` asks it whether it works, where it can say. */
export function controlContainer({ engine: { docker }, disks }: ContainerRun, container: RunContainer, health: Probe | undefined): ContainerControl {
  const { place } = container
  let memoryLimit: number | null = null

  function started(): DockerContainer {
    if (container.id === undefined) throw new Error('its container was never started')
    return docker.getContainer(container.id)
  }

  return {
    disk: disks.get(place.names[0]),
    health,
    isConnected: () => place.isConnected(),
    // A quota, since a number of processors cannot be taken back: there 0 stands for "as it was".
    limitCpu: async processors => await started().update({ CpuPeriod: periodMicroseconds, CpuQuota: processors === null ? -1 : Math.round(processors * periodMicroseconds) }),

    async cpuThrottling() {
      const { cpu_stats: { throttling_data: { periods, throttled_periods, throttled_time } } } = await started().stats({ stream: false, 'one-shot': true })
      return { periods, throttledPeriods: throttled_periods, throttledMicroseconds: Math.round(throttled_time / 1_000) }
    },

    async limitMemory(bytes) {
      // No limit cannot be said once there is one: 0 stands for "as it was". What the machine has is as good.
      const memory = bytes ?? (await docker.info()).MemTotal as number
      await started().update({ Memory: memory, MemorySwap: memory })
      memoryLimit = bytes
    },

    async limits() {
      const { CpuQuota = 0, Memory = 0 } = (await started().inspect()).HostConfig
      return { processors: CpuQuota > 0 ? CpuQuota / periodMicroseconds : null, memoryBytes: memoryLimit === null ? null : Memory }
    },

    async lastEnd() {
      const { ExitCode, OOMKilled } = (await started().inspect()).State
      return { exitCode: ExitCode, outOfMemory: OOMKilled }
    },

    disconnect: () => place.disconnect(),

    async connect() {
      await place.connect()
      if ((await started().inspect()).State.Running) await place.readPorts()
    },
  }
}
