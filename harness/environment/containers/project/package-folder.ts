// Packages as they lie on disk: where one begins, and which others it finds from there.
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What of a package.json says which packages a program needs, and what it is called. */
export interface Manifest {
  name?: string
  bin?: string | Record<string, string>
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
}

/** A package under the name that it is found by. */
export interface FoundPackage {
  /** Path below a `node_modules` folder, which may be a link or lie behind one. */
  foundAt: string
  /** Where its files really are. */
  folder: string
}

/** The nearest folder above a file that has a package.json. */
export function packageRoot(file: string): string | undefined {
  return ancestors(dirname(realpathSync(file))).find(folder => existsSync(join(folder, 'package.json')))
}

/** The manifest of a package; an empty one where it has none or it cannot be read. */
export function readManifest(folder: string): Manifest {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  } catch {
    return {}
  }
}

/** The package that an import of `name` finds from a folder, as Node looks for it: in the `node_modules` of that folder and of every one above. */
export function findPackage(name: string, from: string): FoundPackage | undefined {
  const foundAt = ancestors(from).map(folder => join(folder, 'node_modules', name)).find(path => existsSync(join(path, 'package.json')))
  return foundAt === undefined ? undefined : { foundAt, folder: realpathSync(foundAt) }
}

/** A folder and all above it, itself first. */
function ancestors(folder: string): string[] {
  const parent = dirname(folder)
  return parent === folder ? [folder] : [folder, ...ancestors(parent)]
}
