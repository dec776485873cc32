// What a layer of a project's image is told by: as long as it stays the same nothing is built.
import { createHash } from 'node:crypto'
import type { Entry } from './content.ts'

/**
 * Twelve hex digits of a SHA-256 over every path, its mode, link and content, and `more`. A project's own files count by what is in them, since a checkout or a
 * copy may restore a time; packages and what is very large by size and time, since nobody changes those in place and leaves both.
 */
export function layerHash(entries: readonly Entry[], ...more: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(more))
  // A file system lists a folder in any order.
  for (const entry of entries.toSorted((a, b) => (a.path < b.path ? -1 : 1))) hash.update(`${JSON.stringify([entry.path, entry.isExecutable, ...contentOf(entry)])}\n`)
  return hash.digest('hex').slice(0, 12)
}

function contentOf({ link, bytes, size, changedMs }: Entry): (string | number)[] {
  if (link !== undefined) return ['link', link]
  return bytes === undefined ? ['stat', size, changedMs] : ['bytes', createHash('sha256').update(bytes).digest('hex')]
}
