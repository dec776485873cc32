// What an image of a project is told by: as long as it stays the same nothing is built.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Entry, ProjectContent } from './content.ts'

/** Files beyond this are told by size and time, as packages are: reading them would take longer than the rest together. */
const readLimitBytes = 4 * 1024 ** 2

/**
 * Twelve hex digits of a SHA-256 over every path, its mode and link, and `more`. A project's own files count by what is in them, since a checkout or a copy may
 * restore a time; packages by size and time, since nobody edits those in place without changing one of both.
 */
export function contentHash({ files, packages }: ProjectContent, more: readonly string[]): string {
  const hash = createHash('sha256')
  const add = (...parts: readonly (string | number | boolean)[]): void => void hash.update(`${JSON.stringify(parts)}\n`)
  add(...more)
  for (const entry of inOrder(packages)) add('package', entry.path, entry.link ?? '', entry.isExecutable, entry.size, entry.changedMs)
  for (const entry of inOrder(files)) add('file', entry.path, entry.link ?? '', entry.isExecutable, digestOf(entry))
  return hash.digest('hex').slice(0, 12)
}

function digestOf({ link, source, size, changedMs }: Entry): string {
  if (link !== undefined) return ''
  return size > readLimitBytes ? `${size} ${changedMs}` : createHash('sha256').update(readFileSync(source)).digest('hex')
}

/** By path, since a file system lists a folder in any order. */
function inOrder(entries: readonly Entry[]): Entry[] {
  return entries.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}
