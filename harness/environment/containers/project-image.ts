// Arranging in containers: the image that the system's programs and the destinations run in, built from the project as it lies on disk.
import { realpathSync } from 'node:fs'
import { dirname, isAbsolute, posix, relative } from 'node:path'
import { getContainerRuntimeClient } from 'testcontainers'
import { monotonicMs } from '../../clock.ts'
import { FloodmarkError } from '../../errors.ts'
import { buildImage, dockerfile, type Dockerode } from './project/build.ts'
import { projectContent, type ProjectContent } from './project/content.ts'
import { contentHash } from './project/hash.ts'

/** The folder of the image that everything lies below. */
const top = '/app'
const repositories = 'floodmark-project'
/** Of one project: the one just used, and those before it, which a switch between branches finds again. */
const keptImages = 3

export interface ProjectImageOptions {
  /** The file that defines the system: the nearest folder above it with a package.json is the project. */
  systemFile: string
  /** Other files that must be in the image, and all that they import, wherever they lie and whatever .dockerignore says: what the destinations load, programs' main files. */
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
 * Builds it unless the engine has one of the same content. Its programs run as user 1000, who owns what was copied. Throws exit 64 where the project is far too
 * large, 69 where the engine cannot build it.
 */
export async function projectImage({ systemFile, files, base, progress, signal }: ProjectImageOptions): Promise<ProjectImage> {
  const { container: { dockerode: docker } } = await getContainerRuntimeClient()
  const content = projectContent(systemFile, files)
  const pathOf = pathsOf(content)
  const { Id: baseId } = await docker.getImage(base).inspect()
  const repository = `${repositories}/${imageName(content.name)}`
  const workdir = pathOf(content.root)
  const image = `${repository}:${contentHash(content, [baseId, dockerfile({ workdir, top })])}`

  if (!await isThere(docker, image)) {
    const beganMs = monotonicMs()
    const all = [...content.files, ...content.packages]
    progress(`building the image of ${content.root}: ${all.length} files, ${Math.ceil(all.reduce((sum, entry) => sum + entry.size, 0) / 1e6)} MB`)
    await buildImage(docker, { content, tag: image, base, top, workdir, signal })
    progress(`built ${image} in ${((monotonicMs() - beganMs) / 1_000).toFixed(1)} s`)
    await removeOlder(docker, repository)
  }
  return { image, workdir, pathOf }
}

function pathsOf({ top: hostTop, root, files, packages }: ProjectContent): ProjectImage['pathOf'] {
  const known = new Set<string>([''])
  for (const { path } of [...files, ...packages]) {
    for (let each = path; each !== '.' && !known.has(each); each = dirname(each)) known.add(each)
  }
  return hostPath => {
    const path = relative(hostTop, realpathSync(hostPath))
    if (known.has(path) && !isAbsolute(path)) return posix.join(top, path)
    throw new FloodmarkError('usage', `${hostPath} is not in the image of ${root}`, { hint: 'it must lie in the project and not be left out by .dockerignore, or be imported by the scenario or system file' })
  }
}

/** A package's name as an image may be called: `@acme/Pipeline` is `acme-pipeline`. */
function imageName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'unnamed'
}

async function isThere(docker: Dockerode, image: string): Promise<boolean> {
  return (await docker.listImages({ filters: { reference: [image] } })).length > 0
}

/** Keeps the newest. One that a container still uses stays, and goes another time. */
async function removeOlder(docker: Dockerode, repository: string): Promise<void> {
  const found = await docker.listImages({ filters: { reference: [repository] } })
  const older = found.toSorted((a, b) => b.Created - a.Created).slice(keptImages)
  await Promise.allSettled(older.flatMap(({ RepoTags }) => RepoTags ?? []).map(tag => docker.getImage(tag).remove()))
}
