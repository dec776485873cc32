// The image of a project, built by the engine from a stream that is packed as it goes.
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { pack, type Pack } from 'tar-stream'
import type { ContainerRuntimeClient } from 'testcontainers'
import { causeOf, FloodmarkError } from '../../../errors.ts'
import type { Entry, ProjectContent } from './content.ts'

export type Dockerode = ContainerRuntimeClient['container']['dockerode']

/** Whoever owns the files in it and runs its programs: `node` in the official image, and nobody in particular in others. */
const user = '1000:1000'
const buildLimitMs = 5 * 60_000
const keptLines = 10

export interface ImageBuild {
  content: ProjectContent
  tag: string
  base: string
  /** Folders of the image: what everything lies below, and the project's own. */
  top: string
  workdir: string
  signal: AbortSignal
}

/** Two layers: packages first, since they hardly ever change and the engine keeps what it has seen. */
export function dockerfile({ workdir, top }: Pick<ImageBuild, 'workdir' | 'top'>): string {
  return `ARG BASE
FROM \${BASE}
COPY --chown=${user} packages/ ${top}/
COPY --chown=${user} files/ ${top}/
USER ${user}
WORKDIR ${workdir}
`
}

/** Builds and tags it. Throws exit 69 with the engine's last words where it does not come to be. */
export async function buildImage(docker: Dockerode, { content, tag, base, top, workdir, signal }: ImageBuild): Promise<void> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(buildLimitMs)])
  const lines: string[] = []
  const context = pack()
  try {
    const packing = packAll(context, content, dockerfile({ workdir, top }))
    const building = docker.buildImage(context as unknown as NodeJS.ReadableStream, { t: tag, buildargs: { BASE: base }, version: '1', forcerm: true, abortSignal: limit })
    await Promise.all([packing, building.then(output => follow(docker, output, line => lines.push(line)))])
  } catch (error) {
    signal.throwIfAborted()
    throw new FloodmarkError('unavailable', `the image of ${content.root} could not be built: ${causeOf(error)}`, { evidence: lines.slice(-keptLines), hint: `it is built from ${base} on the engine that floodmark doctor shows`, cause: error })
  } finally {
    context.destroy()
  }
}

/** One line of the engine's answer to a build. */
interface BuildEvent {
  stream?: string
  error?: string
}

/** Reads the engine's answer to its end; throws what the engine says went wrong. */
function follow(docker: Dockerode, output: NodeJS.ReadableStream, heard: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(output, error => (error === null ? resolve() : reject(error)), ({ stream }: BuildEvent) => {
      for (const line of stream?.split('\n') ?? []) if (line.trim() !== '') heard(line.trimEnd())
    })
  })
}

async function packAll(context: Pack, { files, packages }: ProjectContent, instructions: string): Promise<void> {
  context.entry({ name: 'Dockerfile' }, instructions)
  // A copy of a folder that is not there fails, also where nothing is to be copied.
  for (const folder of ['packages', 'files']) context.entry({ name: folder, type: 'directory', mode: 0o755 })
  for (const entry of packages) await packEntry(context, 'packages', entry)
  for (const entry of files) await packEntry(context, 'files', entry)
  context.finalize()
}

/** Readable by everyone, whatever the host's own mode: who runs it in the image is not who owns it here. */
async function packEntry(context: Pack, folder: string, { path, source, link, size, isExecutable }: Entry): Promise<void> {
  const header = { name: `${folder}/${path}`, mode: isExecutable ? 0o755 : 0o644, mtime: new Date(0) }
  if (link !== undefined) return void context.entry({ ...header, type: 'symlink', linkname: link })
  await pipeline(createReadStream(source), context.entry({ ...header, size }))
}
