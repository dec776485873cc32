// Arranging in containers, before anything starts: every image that the run needs is looked up, pulled or built.
import { dirname, resolve } from 'node:path'
import type { System } from '../../scenario/system.ts'
import type { GroundSetting } from '../ground.ts'
import { imageOf, type ImageName } from '../images/images.ts'
import type { Docker } from './engine.ts'
import { folderImage } from './folder-image.ts'
import { mainFiles } from './program-container.ts'
import { projectImage, type ProjectImage } from './project-image.ts'
import { ensureImages } from './pull.ts'
import { settleRyuk } from './ryuk.ts'

export interface ReadyImages {
  project: ProjectImage
  /** Of the components that are images, by name. */
  ofComponents: ReadonlyMap<string, string>
}

type Asked = Pick<GroundSetting, 'system' | 'scenarioFile' | 'systemFile' | 'links' | 'engine' | 'progress' | 'signal'>

/** Throws `unavailable` with all that cannot be had or built, with its cure. */
export async function readyImages(docker: Docker, { system, scenarioFile, systemFile, links, engine, progress, signal }: Asked): Promise<ReadyImages> {
  const { named, folders } = imagesOf(system)
  await settleRyuk({ progress, signal })
  await ensureImages([...pinnedFor(system, { links, engine }).map(name => imageOf(name)), ...named.values()], { progress, signal })
  const project = await projectImage({ docker, systemFile: system.file, files: [scenarioFile, ...(systemFile === null ? [] : [systemFile]), ...mainFiles(system)], base: imageOf('node'), progress, signal })
  const ofComponents = new Map(named)
  for (const [name, folder] of folders) ofComponents.set(name, await folderImage(docker, { name, folder, progress, signal }))
  return { project, ofComponents }
}

/** The pinned images that a run takes. Destinations need Node whatever the system is made of. */
function pinnedFor(system: System, { links, engine }: Pick<Asked, 'links' | 'engine'>): ImageName[] {
  const kinds = new Set(Object.values(system.components).map(component => component.kind))
  const needed: Record<Exclude<ImageName, 'ryuk'>, boolean> = { node: true, nats: kinds.has('nats'), postgres: kinds.has('postgres'), toxiproxy: links === 'toxiproxy', k6: engine === 'k6' }
  return (Object.keys(needed) as (keyof typeof needed)[]).filter(name => needed[name])
}

/** Of components that are images: those that have a name, and folders to build from. */
function imagesOf({ components, file }: System): { named: Map<string, string>; folders: Map<string, string> } {
  const named = new Map<string, string>()
  const folders = new Map<string, string>()
  for (const [name, component] of Object.entries(components)) {
    if (component.kind !== 'image') continue
    if (typeof component.image === 'string') named.set(name, component.image)
    else folders.set(name, resolve(dirname(file), component.image.build))
  }
  return { named, folders }
}
