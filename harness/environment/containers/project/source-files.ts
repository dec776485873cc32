// The files of a folder that go into an image.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import dockerignore from '@balena/dockerignore'
import { FloodmarkError } from '../../../errors.ts'

/** Packages are chosen one by one, git's own folder is no part of a program, and `runs` is where floodmark puts its records. */
const never = ['node_modules', '.git']
const neverAtTop = ['runs']
const limitFiles = 100_000

/** Files and links of a project's folder as paths relative to it, without what its .dockerignore leaves out. Throws exit 64 where there are far too many. */
export function projectFiles(root: string): string[] {
  const file = join(root, '.dockerignore')
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const rules = dockerignore.default({ ignorecase: false }).add(text)
  // Beneath an ignored folder an exception may hold, so only without any is it left out unseen.
  const hasException = /^\s*!/m.test(text)
  const isKept = (path: string): boolean => !rules.ignores(path)
  return walk(root, path => !neverAtTop.includes(path) && (hasException || isKept(path))).filter(isKept)
}

/** All files and links of a package's folder as paths relative to it. */
export function packageFiles(folder: string): string[] {
  return walk(folder, () => true)
}

function walk(root: string, enters: (folder: string) => boolean): string[] {
  const found: string[] = []
  const folders = ['']
  for (const folder of folders) {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) {
        if (!never.includes(entry.name) && enters(path)) folders.push(path)
      } else if (entry.isFile() || entry.isSymbolicLink()) {
        found.push(path)
        if (found.length > limitFiles) throw new FloodmarkError('usage', `${root} has more than ${limitFiles} files, too many for an image`, { hint: `name what its programs do not need in ${join(root, '.dockerignore')}` })
      }
    }
  }
  return found
}
