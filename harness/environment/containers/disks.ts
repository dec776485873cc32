// Before the first component starts: disks of limited size for those whose disk a fault is to fill.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../../clock.ts'
import type { ResolvedFault } from '../../faults/fault.ts'
import { faultKind } from '../../faults/registry.ts'
import { modulePath } from '../../module-path.ts'
import { openComponentLog } from '../component-log.ts'
import type { DiskState, LimitedDisk } from '../container-control.ts'
import { labelsOf, nameInRun, volumeOf, type ContainerRun } from './container-run.ts'
import { createContainer } from './container.ts'
import type { ProjectImage } from './project-image.ts'

const port = 7_000
const folder = '/disk'
const readyLimitMs = 20_000
/** Filling takes as long as its bytes take to be written. */
const answerLimitMs = 10_000

/** Bytes that the disk of each component is to have for the faults of a run: what the largest of them asks for. */
export function diskSizes(faults: readonly ResolvedFault[]): Map<string, number> {
  const sizes = new Map<string, number>()
  for (const { kind, target, members = [target], parameters } of faults) {
    const bytes = faultKind(kind)?.diskBytes?.(parameters)
    if (bytes !== undefined) for (const member of members) sizes.set(member, Math.max(bytes, sizes.get(member) ?? 0))
  }
  return sizes
}

/**
 * A disk in memory for the component of a name: a volume that the component mounts, and a container beside it that fills it on demand. That container also
 * keeps it mounted, since what is on it is gone once nobody does. `logs` is the folder of its log.
 */
export async function openDisk(run: ContainerRun, { image, pathOf }: ProjectImage, { name, sizeBytes, logs }: { name: string; sizeBytes: number; logs: string }): Promise<LimitedDisk> {
  // Whoever the component runs as may write to it.
  const options = { type: 'tmpfs', device: 'tmpfs', o: `size=${sizeBytes},mode=1777` }
  await run.engine.docker.createVolume({ Name: nameInRun(run, name), Driver: 'local', DriverOpts: options, Labels: labelsOf(run) })
  const holder = `${name}-disk`
  const container = createContainer(run, {
    name: holder, image,
    ports: [port],
    command: ['node', pathOf(modulePath(import.meta.url, './disk-holder-main.ts'))],
    hostConfig: { Mounts: [volumeOf(run, name, folder)] },
    // The component may keep its folder to itself.
    describe: made => made.withUser('0').withEnvironment({ PORT: String(port), FOLDER: folder }),
  })
  mkdirSync(logs, { recursive: true })
  await container.start(openComponentLog(join(logs, `${holder}.log`)))

  async function ask(path: string, method = 'POST'): Promise<DiskState> {
    const response = await fetch(`http://${container.place.publishedAt(port)}${path}`, { method, signal: AbortSignal.timeout(answerLimitMs) })
    return await response.json() as DiskState
  }
  const disk: LimitedDisk = { sizeBytes, fill: () => ask('/fill'), release: () => ask('/release'), state: () => ask('/', 'GET') }
  await until(`a first answer of ${holder}`, readyLimitMs, disk.state)
  return disk
}
