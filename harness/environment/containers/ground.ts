// Phase 2 in containers: what one run stands on. The engine, the run's place in the journal, its images, and a network of its own.
import { join } from 'node:path'
import type { LimitedDisk } from '../container-control.ts'
import type { Ground, GroundSetting } from '../ground.ts'
import { arrangeContainers } from './arrange-containers.ts'
import { createNetwork, type ContainerRun } from './container-run.ts'
import { startServersContainer } from './destinations.ts'
import { diskSizes, openDisk } from './disks.ts'
import { connectEngine } from './engine.ts'
import { followEvents } from './engine-events.ts'
import { startK6Container } from './k6-container.ts'
import { readyImages, type ReadyImages } from './ready-images.ts'
import { removeRun } from './remove-run.ts'

/** Finds the engine, sees to the images, and makes the run's network. Throws `unavailable` with what is in the way; then nothing of the run is left on the engine. */
export async function prepareContainers(setting: GroundSetting): Promise<Ground> {
  const { runId, journal, system, progress, signal } = setting
  const engine = await connectEngine()
  const step = journal.add({ do: 'remove-containers', engine: engine.address, runId })
  const events = await followEvents(engine, runId)

  async function stop(): Promise<void> {
    // What has gone with its engine is for `floodmark heal`, once that engine runs again.
    if (events.gone !== undefined) return progress(`the engine went away: once it is back, floodmark heal ${setting.folder} removes what the run left on it`)
    await removeRun(engine.address, runId, { quietMs: 0 })
    events.close()
    journal.done(step)
  }

  try {
    const images = await readyImages(engine.docker, setting)
    // After that: what stops this must find nothing that is still being made.
    const network = await createNetwork(engine, runId)
    const run = await equip({ engine, runId, network, events, disks: new Map() }, images, setting)
    return {
      startServers: startServersContainer(run, images.project, Object.keys(system.destinations).length),
      startK6: startK6Container(run),
      arrange: options => arrangeContainers(run, images, options),
      stop,
    }
  } catch (error) {
    await stop()
    signal.throwIfAborted()
    throw error
  }
}

/** Starts what stands beside the system: the disks that faults fill. */
async function equip(run: ContainerRun, { project }: ReadyImages, { faults, folder }: GroundSetting): Promise<ContainerRun> {
  const logs = join(folder, 'logs')
  const disks = new Map<string, LimitedDisk>()
  for (const [name, sizeBytes] of diskSizes(faults)) disks.set(name, await openDisk(run, project, { name, sizeBytes, logs }))
  return { ...run, disks, placeImage: project.image }
}
