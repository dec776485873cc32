// What the image of a project holds: the project, what its scenario and system files import, the harness where it lies elsewhere, and the packages of all of them.
import { lstatSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FloodmarkError } from '../../../errors.ts'
import { followImports } from './imports.ts'
import { packageRoot, readManifest } from './package-folder.ts'
import { findPackages, type HostLink } from './packages.ts'
import { packageFiles, projectFiles } from './source-files.ts'

/** More than this is a data set or a build's output that somebody forgot. */
const limitBytes = 1024 ** 3
const readLimitBytes = 4 * 1024 ** 2

/** One file or link of the image. Paths are relative to the content's `top`. */
export interface Entry {
  path: string
  /** Where it lies on the host. */
  source: string
  /** What a link leads to, relative to its own folder; undefined for a file. */
  link: string | undefined
  size: number
  /** Of the last change, ms since 1970. */
  changedMs: number
  isExecutable: boolean
  /** Of a project's own file: read once, so that what an image is told by is what it holds, however the file changes meanwhile. Not of one above 4 MB. */
  bytes: Buffer | undefined
}

export interface ProjectContent {
  /** The project's name, as its package.json has it, or that of its folder. */
  name: string
  /** The folder that everything lies in. In the image it is another, and all that is below it lies as on the host: whatever finds each other here does there. */
  top: string
  root: string
  /** The folders that were taken over, outermost ones. Files that the harness writes name what they import by its place on the host. */
  folders: readonly string[]
  /** What changes from run to run, and what hardly ever does. */
  files: readonly Entry[]
  packages: readonly Entry[]
}

/** Chooses what goes in. `needed` are files that must be there whatever is left out around them. Throws exit 64 where it is far too much. */
export function projectContent(systemFile: string, needed: readonly string[]): ProjectContent {
  const entryFiles = [systemFile, ...needed].map(file => realpathSync(file))
  const harnessRoot = packageRoot(fileURLToPath(import.meta.url))!
  const root = packageRoot(systemFile) ?? dirname(entryFiles[0])
  // A scenario may lie anywhere: where it is part of no package, the folder around it is nobody's project.
  const roots = [...new Set([root, ...needed.map(packageRoot).filter(folder => folder !== undefined), harnessRoot])]
  const imported = followImports(entryFiles)
  const packages = findPackages(roots, imported.packages)
  const files = new Set([...roots.flatMap(folder => projectFiles(folder).map(path => join(folder, path))), ...imported.files])
  const folders = outermost([...roots, ...imported.files.map(dirname)])
  const top = commonFolder([...folders, ...packages.folders, ...packages.links.map(link => dirname(link.path))])

  const content: ProjectContent = {
    top, root, folders,
    name: readManifest(root).name ?? root.slice(dirname(root).length + 1),
    files: [...files].map(file => withBytes(entryOf(top, file))),
    packages: [...packages.folders.flatMap(folder => packageFiles(folder).map(path => entryOf(top, join(folder, path)))), ...packages.links.map(link => linkEntry(top, link))],
  }
  refuseTooMuch(content)
  return content
}

export function entryOf(top: string, source: string): Entry {
  const stat = lstatSync(source)
  const link = stat.isSymbolicLink() ? relative(dirname(source), resolve(dirname(source), readlinkSync(source))) : undefined
  return { path: relative(top, source), source, link, size: stat.isSymbolicLink() ? 0 : stat.size, changedMs: stat.mtimeMs, isExecutable: (stat.mode & 0o111) !== 0, bytes: undefined }
}

function withBytes(entry: Entry): Entry {
  if (entry.link !== undefined || entry.size > readLimitBytes) return entry
  const bytes = readFileSync(entry.source)
  return { ...entry, bytes, size: bytes.length }
}

function linkEntry(top: string, { path, target }: HostLink): Entry {
  return { path: relative(top, path), source: path, link: relative(dirname(path), target), size: 0, changedMs: 0, isExecutable: true, bytes: undefined }
}

function isInside(path: string, folder: string): boolean {
  return path.startsWith(join(folder, '/'))
}

function outermost(folders: readonly string[]): string[] {
  return [...new Set(folders)].filter((folder, _index, all) => !all.some(other => isInside(folder, other)))
}

/** Packages are looked for in folders of one name, so none of that name is left above. */
export function commonFolder(folders: readonly string[]): string {
  const common = folders.reduce((common, folder) => {
    let top = common
    while (folder !== top && !isInside(folder, top)) top = dirname(top)
    return top
  })
  return common.replace(/\/node_modules(?:\/.*)?$/, '') || '/'
}

function refuseTooMuch({ root, files, packages }: ProjectContent): void {
  const total = [...files, ...packages].reduce((sum, entry) => sum + entry.size, 0)
  if (total <= limitBytes) return
  const largest = files.filter(({ size }) => size > 1024 ** 2).toSorted((a, b) => b.size - a.size).slice(0, 5).map(({ path, size }) => `${(size / 1024 ** 2).toFixed(0)} MB  ${path}`)
  throw new FloodmarkError('usage', `the image of ${root} would hold ${(total / 1024 ** 3).toFixed(1)} GB`, { evidence: largest, hint: `name what its programs do not need in ${join(root, '.dockerignore')}` })
}
