// What each stand-in image is made of: a folder here with its Dockerfile, and a binary that this machine has or builds.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findTool } from '../../build-tool.ts'
import { findPostgres } from '../../postgres-binaries.ts'
import type { ToolName } from '../../tool.ts'
import type { ImageName } from '../images.ts'

/** A binary, or a folder with one and what belongs to it, and the name that the Dockerfile knows it by. */
export interface Content {
  path: string
  as: string
  version: string
}

export interface StandIn {
  /** The image that it stands in for, and its folder here. */
  readonly name: ImageName
  /** Whether it stands on the small Debian root, or on nothing. */
  readonly onDebian: boolean
  find(progress: (line: string) => void): Promise<Content>
}

/** Every stand-in, with the versions that the local environment runs. Not Ryuk: where its image cannot be had, its sources can't either. */
export const standIns: readonly StandIn[] = [
  { name: 'nats', onDebian: false, find: progress => goTool('nats-server', progress) },
  { name: 'toxiproxy', onDebian: false, find: progress => goTool('toxiproxy-server', progress) },
  { name: 'k6', onDebian: true, find: progress => goTool('k6', progress) },
  { name: 'node', onDebian: true, find: async () => nodeOfProject() },
  { name: 'postgres', onDebian: true, find: postgresOfProject },
]

async function goTool(name: ToolName, progress: (line: string) => void): Promise<Content> {
  const { path, version } = await findTool(name, progress)
  return { path, as: name, version }
}

async function postgresOfProject(): Promise<Content> {
  const { postgres, version } = await findPostgres()
  return { path: dirname(dirname(postgres)), as: 'pgsql', version }
}

/** The npm package that pins the Node that everything here runs on. */
function nodeOfProject(): Content {
  const description = createRequire(import.meta.url).resolve('node/package.json')
  const { version } = JSON.parse(readFileSync(description, 'utf8')) as { version: string }
  return { path: join(dirname(description), 'bin', 'node'), as: 'node', version }
}
