// A component that is a container: what the neutral part of arranging starts, ends and asks.
import type { Launch } from '../launch.ts'
import type { Probe } from '../probes.ts'
import { createContainer, type ContainerSetting, type RunContainer } from './container.ts'
import type { ContainerRun } from './container-run.ts'
import { controlContainer } from './control.ts'

export interface ContainerLaunch extends Launch {
  readonly container: RunContainer
  /** What the record says of it, for servers that are not the user's own; asked while it runs. */
  readonly version: { name: string; read(): Promise<string> } | undefined
}

/** Made for where it is reached at that moment: another place after each start. */
interface Requests {
  probe(container: RunContainer): Probe
  /** Where it can say whether it works. */
  health?(container: RunContainer): Probe
  initialise?(container: RunContainer): Promise<void>
  version?: { name: string; read(container: RunContainer): Promise<string> }
}

export function launchContainer(run: ContainerRun, setting: ContainerSetting, { probe, health, initialise, version }: Requests): ContainerLaunch {
  const container = createContainer(run, setting)
  return {
    name: setting.name,
    container,
    control: controlContainer(run, container, health && (limitMs => health(container)(limitMs))),
    begin: ({ log }) => container.start(log),
    probe: async limitMs => await probe(container)(limitMs),
    initialise: initialise && (() => initialise(container)),
    version: version && { name: version.name, read: () => version.read(container) },
  }
}
