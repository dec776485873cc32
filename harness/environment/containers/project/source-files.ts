// The files of a folder that go into an image.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import dockerignore from '@balena/dockerignore'
import { FloodmarkError } from '../../../errors.ts'

/** Packages are chosen one by one, git's own folder is no part of a program, and `runs` is where floodmark puts its records. */
const never = ['node_modules', '.git']
const neverAtTop = ['runs']
const limitFiles = 100_000

/** Files and links of a project's folder as paths relative to it, without what its .dockerignore leaves out. Throws exit 64 where there are far too many. */
export function projectFiles(root: string): string[] {
  const { isKept, enters } = ignoreRules(root)
  return walk(root, path => !never.includes(basename(path)) && !neverAtTop.includes(path) && enters(path)).filter(isKept)
}

/** What Docker itself would take of a folder that an image is built from: all that its .dockerignore does not leave out, and the two files that say so. */
export function contextFiles(root: string): string[] {
  const { isKept, enters } = ignoreRules(root)
  return walk(root, enters).filter(path => isKept(path) || ['Dockerfile', '.dockerignore'].includes(path))
}

function ignoreRules(root: string): { isKept(path: string): boolean; enters(folder: string): boolean } {
  const file = join(root, '.dockerignore')
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const rules = dockerignore.default({ ignorecase: false }).add(text)
  // Beneath an ignored folder an exception may hold, so only without any is it left out unseen.
  const hasException = /^\s*!/m.test(text)
  const isKept = (path: string): boolean => !rules.ignores(path)
  return { isKept, enters: path => hasException || isKept(path) }
}

/** All files and links of a package's folder as paths relative to it. */
export function packageFiles(folder: string): string[] {
  return walk(folder, path => !never.includes(basename(path)))
}

function walk(root: string, enters: (folder: string) => boolean): string[] {
  const found: string[] = []
  const folders = ['']
  for (const folder of folders) {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) {
        if (enters(path)) folders.push(path)
      } else if (entry.isFile() || entry.isSymbolicLink()) {
        found.push(path)
        if (found.length > limitFiles) throw new FloodmarkError('usage', `${root} has more than ${limitFiles} files, too many for an image`, { hint: `name what its programs do not need in ${join(root, '.dockerignore')}` })
      }
    }
  }
  return found
}
