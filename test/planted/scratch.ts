// A scratch copy of the checkout: what a bug is planted in, so that the checkout itself is never touched.
import { execFile } from 'node:child_process'
import { chmod, copyFile, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The checkout that this file stands in. */
export const checkout = join(import.meta.dirname, '../..')

export interface Scratch extends AsyncDisposable {
  readonly folder: string
}

/** A copy of every file that git does not ignore, as it stands in the checkout, and a link to its node_modules. Gone when disposed of. */
export async function makeScratch(): Promise<Scratch> {
  const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: checkout, maxBuffer: 16 * 1024 ** 2 })
  const folder = await mkdtemp(join(tmpdir(), 'floodmark-planted-'))
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    // PostgreSQL runs as another user where this is root.
    await chmod(folder, 0o755)
    // A checkout whose node_modules is itself a link has it listed as a file.
    for (const file of stdout.split('\0').filter(name => name !== '' && name !== 'node_modules')) await copy(file, folder)
    await symlink(join(checkout, 'node_modules'), join(folder, 'node_modules'))
  } catch (error) {
    await remove()
    throw error
  }
  return { folder, [Symbol.asyncDispose]: remove }
}

async function copy(file: string, folder: string): Promise<void> {
  await mkdir(dirname(join(folder, file)), { recursive: true })
  await copyFile(join(checkout, file), join(folder, file)).catch((error: NodeJS.ErrnoException) => {
    // Deleted, and not yet committed as such.
    if (error.code !== 'ENOENT') throw error
  })
}

/** The patch file of a planted bug. */
export function patchOf(name: string): string {
  return join(import.meta.dirname, `${name}.patch`)
}

/** Applies a planted bug's patch in a folder, or with `check` only looks whether it would apply. Undefined, or why it does not. */
export async function applyPatch(name: string, folder: string, { check = false } = {}): Promise<string | undefined> {
  // Without the ceiling git would look for a repository above the folder, and pass over files that are not of it without a word.
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(folder) }
  try {
    await run('git', ['apply', ...(check ? ['--check'] : []), patchOf(name)], { cwd: folder, env })
    return undefined
  } catch (error) {
    return (error as { stderr?: string }).stderr?.trim() || String(error)
  }
}
