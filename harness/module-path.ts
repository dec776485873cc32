import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * The file of a module named relative to another one. In a checkout modules are `.ts`, in the published package the same
 * files are compiled to `.js` and nothing rewrites a name inside a string; so a `.ts` that is not there stands for its `.js`.
 */
export function modulePath(from: string, relative: string): string {
  const path = fileURLToPath(new URL(relative, from))
  return path.endsWith('.ts') && !existsSync(path) ? `${path.slice(0, -3)}.js` : path
}
