// One layer on top of an image, built by the engine from a stream that is packed as it goes.
import { createReadStream, readFileSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { pack, type Pack } from 'tar-stream'
import { causeOf, FloodmarkError } from '../../../errors.ts'
import type { Docker } from '../engine.ts'
import type { Entry } from './content.ts'

/** Whoever owns the files in it and runs its programs: `node` in the official image, and nobody in particular in others. */
const user = '1000:1000'
const buildLimitMs = 5 * 60_000
const wholeLimitBytes = 4 * 1024 ** 2
const keptLines = 10

export interface LayerBuild {
  /** What is put on the base, below the folder `top`. */
  entries: readonly Entry[]
  top: string
  /** The folder that programs begin in. */
  workdir: string
  /** Other paths under which folders of the image can be named, each with the folder. */
  alsoAt: readonly (readonly [path: string, folder: string])[]
  base: string
  tag: string
  signal: AbortSignal
}

/** Makes the links of `alsoAt`, with the one program that the base is sure to have, and lets everyone through to them: root's home is closed to others. */
const makeLinks = `const { chmodSync, existsSync, mkdirSync, statSync, symlinkSync } = require('fs'), { dirname } = require('path')
for (const [path, folder] of JSON.parse(process.argv[1])) {
  if (existsSync(path)) continue
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(folder, path)
  for (let each = dirname(path); each !== '/'; each = dirname(each)) chmodSync(each, statSync(each).mode | 0o111)
}`

/** What the layer is made by, beside its files. */
export function dockerfile({ base, top, workdir, alsoAt }: Pick<LayerBuild, 'base' | 'top' | 'workdir' | 'alsoAt'>): string {
  return `FROM ${base}
USER root
${alsoAt.length === 0 ? '' : `RUN ${JSON.stringify(['node', '-e', makeLinks, JSON.stringify(alsoAt)])}\n`}COPY --chown=${user} files/ ${top}/
USER ${user}
WORKDIR ${workdir}
`
}

/** Builds and tags it. Throws exit 69 with the engine's last words where it does not come to be. */
export async function buildLayer(docker: Docker, layer: LayerBuild): Promise<void> {
  await buildImage(docker, { ...layer, what: `the image ${layer.tag} on ${layer.base}`, hint: 'floodmark doctor says what is wrong with the engine', fill: context => packAll(context, layer) })
}

export interface ImageBuild {
  tag: string
  /** What is built and what to do where it cannot be, for the error. */
  what: string
  hint: string
  /** Packs what it is built from, a Dockerfile included. */
  fill(context: Pack): Promise<void>
  /** Told each line that the engine says. */
  heard?(line: string): void
  signal: AbortSignal
}

/** Builds with the engine's classic builder. Throws exit 69 with the engine's last words where it does not come to be. */
export async function buildImage(docker: Docker, { tag, what, hint, fill, heard, signal }: ImageBuild): Promise<void> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(buildLimitMs)])
  const lines: string[] = []
  const context = pack()
  function hear(line: string): void {
    lines.push(line)
    heard?.(line)
  }
  try {
    const building = docker.buildImage(context as unknown as NodeJS.ReadableStream, { t: tag, version: '1', forcerm: true, abortSignal: limit })
    await Promise.all([fill(context), building.then(output => follow(docker, output, hear))])
  } catch (error) {
    signal.throwIfAborted()
    throw new FloodmarkError('unavailable', `${what} could not be built: ${causeOf(error)}`, { evidence: lines.slice(-keptLines), hint, cause: error })
  } finally {
    context.destroy()
  }
}

/** Reads the engine's answer to its end; throws what the engine says went wrong. */
function follow(docker: Docker, output: NodeJS.ReadableStream, heard: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(output, error => (error === null ? resolve() : reject(error)), ({ stream }: { stream?: string }) => {
      for (const line of stream?.split('\n') ?? []) if (line.trim() !== '') heard(line.trimEnd())
    })
  })
}

async function packAll(context: Pack, layer: LayerBuild): Promise<void> {
  context.entry({ name: 'Dockerfile' }, dockerfile(layer))
  // To copy a folder that is not there fails, also where nothing is to be copied.
  context.entry({ name: 'files', type: 'directory', mode: 0o755 })
  for (const entry of layer.entries) await packEntry(context, `files/${entry.path}`, entry)
  context.finalize()
}

/** Readable by everyone, whatever the host's own mode: who runs it in the image is not who owns it here. */
export async function packEntry(context: Pack, name: string, { source, link, size, isExecutable, bytes }: Entry): Promise<void> {
  const header = { name, mode: isExecutable ? 0o755 : 0o644, mtime: new Date(0) }
  if (link !== undefined) return void context.entry({ ...header, type: 'symlink', linkname: link })
  // A stream for each of thousands of small files takes ten times as long.
  if (size <= wholeLimitBytes) return await new Promise(resolve => context.entry(header, bytes ?? readFileSync(source), () => resolve()))
  await pipeline(createReadStream(source), context.entry({ ...header, size }))
}
