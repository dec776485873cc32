// Arranging in containers: the image of a component that is a folder with a Dockerfile.
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { FloodmarkError } from '../../errors.ts'
import type { Docker } from './engine.ts'
import { imageName } from './project-image.ts'
import { buildImage, packEntry } from './project/build.ts'
import { entryOf } from './project/content.ts'
import { contextFiles } from './project/source-files.ts'

export interface FolderBuild {
  /** Name of the component. */
  name: string
  folder: string
  progress: (line: string) => void
  signal: AbortSignal
}

/**
 * Builds it as `docker build` would, from what its .dockerignore leaves; the engine does nothing anew that it has done before. Its id, which a later build of the
 * same folder does not change. Throws exit 64 where there is no Dockerfile, 69 with the engine's last words where it cannot be built.
 */
export async function folderImage(docker: Docker, { name, folder, progress, signal }: FolderBuild): Promise<string> {
  const file = join(folder, 'Dockerfile')
  if (!existsSync(file)) throw new FloodmarkError('usage', `components.${name}.image.build: there is no ${file}`, { hint: 'name a folder with a Dockerfile, relative to the system file' })
  const tag = `floodmark-folder/${imageName(basename(folder))}`
  await buildImage(docker, {
    tag, signal,
    what: `the image of ${name} from ${folder}`,
    hint: `docker build ${folder} says the same; the builder is the engine's classic one, without what only BuildKit has`,
    async fill(context) {
      for (const path of contextFiles(folder)) await packEntry(context, path, entryOf(folder, join(folder, path)))
      context.finalize()
    },
    heard: line => line.startsWith('Step ') && progress(`building the image of ${name}: ${line}`),
  })
  return (await docker.getImage(tag).inspect()).Id
}
