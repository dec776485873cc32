// Phase 2 in containers: what one run stands on. The engine, the run's place in the journal, its images, and a network of its own.
import { join } from 'node:path'
import type { LimitedDisk } from '../container-control.ts'
import type { Ground, GroundSetting } from '../ground.ts'
import { imageOf, type ImageName } from '../images/images.ts'
import { arrangeContainers, type ReadyImages } from './arrange-containers.ts'
import { createNetwork, type ContainerRun } from './container-run.ts'
import { startServersContainer } from './destinations.ts'
import { diskSizes, openDisk } from './disks.ts'
import { connectEngine, type ContainerEngine } from './engine.ts'
import { followEvents } from './engine-events.ts'
import { startK6Container } from './k6-container.ts'
import { mainFiles } from './program-container.ts'
import { projectImage } from './project-image.ts'
import { ensureImages } from './pull.ts'
import { removeRun } from './remove-run.ts'
import { settleRyuk } from './ryuk.ts'

/** Finds the engine, sees to the images, and makes the run's network. Throws `unavailable` with what is in the way; then nothing of the run is left on the engine. */
export async function prepareContainers(setting: GroundSetting): Promise<Ground> {
  const { runId, journal, system, progress, signal } = setting
  const engine = await connectEngine()
  const step = journal.add({ do: 'remove-containers', engine: engine.address, runId })
  const events = await followEvents(engine, runId)

  async function stop(): Promise<void> {
    // What has gone with its engine is for `floodmark heal`, once that engine runs again.
    if (events.gone !== undefined) return progress(`the engine went away, and what is left of the run on it with it: floodmark heal ${setting.folder} removes that`)
    await removeRun(engine.address, runId, { quietMs: 0 })
    events.close()
    journal.done(step)
  }

  try {
    const images = await readyImages(engine, setting)
    // After that: what stops this must find nothing that is still being made.
    const network = await createNetwork(engine, runId)
    const disks = new Map<string, LimitedDisk>()
    const run: ContainerRun = { engine, runId, network, events, disks }
    for (const [name, sizeBytes] of diskSizes(setting.faults)) disks.set(name, await openDisk(run, images.project, { name, sizeBytes, logs: join(setting.folder, 'logs') }))
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

/** Looks up, pulls and builds what the run needs. */
async function readyImages({ docker }: ContainerEngine, { system, scenarioFile, systemFile, links, engine, progress, signal }: GroundSetting): Promise<ReadyImages> {
  const uses = (kind: string): boolean => Object.values(system.components).some(component => component.kind === kind)
  const needed: ImageName[] = ['node', ...(uses('nats') ? ['nats' as const] : []), ...(uses('postgres') ? ['postgres' as const] : []), ...(links === 'toxiproxy' ? ['toxiproxy' as const] : []), ...(engine === 'k6' ? ['k6' as const] : [])]
  await settleRyuk({ progress, signal })
  const ofComponents = new Map(Object.entries(system.components).flatMap(([name, component]) => (component.kind === 'image' && typeof component.image === 'string' ? [[name, component.image] as const] : [])))
  await ensureImages([...needed.map(name => imageOf(name)), ...ofComponents.values()], { progress, signal })
  const project = await projectImage({ docker, systemFile: system.file, files: [scenarioFile, ...(systemFile === null ? [] : [systemFile]), ...mainFiles(system)], base: imageOf('node'), progress, signal })
  return { project, ofComponents }
}
