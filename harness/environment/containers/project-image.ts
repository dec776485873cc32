// Arranging in containers: the image that the system's programs and the destinations run in, built from the project as it lies on disk.
import { realpathSync } from 'node:fs'
import { dirname, posix, relative } from 'node:path'
import { monotonicMs } from '../../clock.ts'
import { causeOf, FloodmarkError } from '../../errors.ts'
import type { Docker } from './engine.ts'
import { buildLayer, dockerfile, type LayerBuild } from './project/build.ts'
import { projectContent, type ProjectContent } from './project/content.ts'
import { layerHash } from './project/hash.ts'

/** The folder of the image that everything lies below. */
const top = '/floodmark'
/** Of one project: the one just used, and those before it, which a switch between branches finds again. */
const keptImages = 3

export interface ProjectImageOptions {
  docker: Docker
  /** The file that defines the system: the nearest folder above it with a package.json is the project. */
  systemFile: string
  /** Other files that must be in the image, with all that they import and the packages that they are part of, wherever they lie and whatever .dockerignore says. */
  files: readonly string[]
  /** An image with Node, which the engine has. */
  base: string
  progress: (line: string) => void
  signal: AbortSignal
}

export interface ProjectImage {
  /** Name and tag. */
  image: string
  /** The project's folder in the image. */
  workdir: string
  /** Where a file or folder of the host is in the image. Throws exit 64 for one that is not in it. */
  pathOf(hostPath: string): string
}

/**
 * Two layers, each an image of its own that is built only where the engine has none of the same content: packages, which hardly ever change, and the project on
 * top. Programs run as user 1000, who owns what was copied. Throws exit 64 where the project is far too large, 69 where the engine cannot build it.
 */
export async function projectImage({ docker, systemFile, files, base, progress, signal }: ProjectImageOptions): Promise<ProjectImage> {
  const content = readContent(systemFile, files)
  const pathOf = pathsOf(content)
  const workdir = pathOf(content.root)
  const alsoAt = content.folders.map(folder => [folder, posix.join(top, relative(content.top, folder))] as const)

  async function layerOn(below: string, repository: string, what: string, setting: Pick<LayerBuild, 'entries' | 'alsoAt'>): Promise<string> {
    const layer = { ...setting, base: below, top, workdir }
    const { entries } = setting
    const { Id } = await docker.getImage(below).inspect()
    const tag = `${repository}:${layerHash(entries, Id, dockerfile(layer))}`
    if (await isThere(docker, tag)) return tag
    progress(`building the image of ${what}: ${entries.length} files, ${(entries.reduce((sum, entry) => sum + entry.size, 0) / 1e6).toFixed(1)} MB`)
    const beganMs = monotonicMs()
    await buildLayer(docker, { ...layer, tag, signal })
    progress(`built ${tag} in ${((monotonicMs() - beganMs) / 1_000).toFixed(1)} s`)
    await removeOlder(docker, repository, tag)
    return tag
  }

  const repository = `floodmark-project/${imageName(content.name)}`
  for (let triesLeft = 2; ; triesLeft--) {
    try {
      const packages = await layerOn(base, `${repository}-packages`, `${content.name}'s packages`, { entries: content.packages, alsoAt })
      return { image: await layerOn(packages, repository, content.name, { entries: content.files, alsoAt: [] }), workdir, pathOf }
    } catch (error) {
      // Another run has just removed the packages as older ones: nothing used them yet.
      if (triesLeft === 0 || (error as { statusCode?: number }).statusCode !== 404) throw error
    }
  }
}

function readContent(systemFile: string, files: readonly string[]): ProjectContent {
  try {
    return projectContent(systemFile, files)
  } catch (error) {
    if (error instanceof FloodmarkError) throw error
    throw new FloodmarkError('usage', `the project of ${systemFile} cannot be read: ${causeOf(error)}`, { hint: 'name what its programs do not need in its .dockerignore', cause: error })
  }
}

function pathsOf({ top: hostTop, root, files, packages }: ProjectContent): ProjectImage['pathOf'] {
  const known = new Set(['', relative(hostTop, root)])
  for (const { path } of [...files, ...packages]) {
    for (let each = path; each !== '.' && !known.has(each); each = dirname(each)) known.add(each)
  }
  return hostPath => {
    const path = relative(hostTop, realpathSync(hostPath))
    if (known.has(path)) return posix.join(top, path)
    throw new FloodmarkError('usage', `${hostPath} is not in the image of ${root}`, { hint: 'it must lie in the project and not be left out by .dockerignore, or be imported by the scenario or system file' })
  }
}

/** A package's name as an image may be called: `@acme/Pipeline` is `acme-pipeline`. */
export function imageName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'unnamed'
}

async function isThere(docker: Docker, image: string): Promise<boolean> {
  return (await docker.listImages({ filters: { reference: [image] } })).length > 0
}

/** Keeps the newest, and the one just built: an engine that has its layers from earlier dates it back to them. One that something still uses stays, and goes another time. */
async function removeOlder(docker: Docker, repository: string, built: string): Promise<void> {
  const found = await docker.listImages({ filters: { reference: [repository] } })
  const older = found.toSorted((a, b) => b.Created - a.Created).slice(keptImages)
  await Promise.allSettled(older.flatMap(({ RepoTags }) => RepoTags ?? []).filter(tag => tag !== built).map(tag => docker.getImage(tag).remove()))
}
