// What scenario and system files import: these go into the image of a project wherever they lie, and the packages they name even where only development uses them.
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Wanted } from './packages.ts'

/** `import` and `export ... from`, `import()`, `require()`, and files told from a module's own place. A name in a comment or a text at most adds a file. */
const specifiers = /\b(?:import|export)\b(?!\s+type\b)[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]|\brequire\s*\(\s*['"]([^'"]+)['"]|\bnew URL\(\s*['"](\.[^'"]+)['"]\s*,\s*import\.meta\.url/g
const source = /\.[cm]?[jt]s$/

/** The files and whatever they import by path, directly or not, and the packages that any of them imports by name. */
export function followImports(entries: readonly string[]): { files: string[]; packages: Wanted[] } {
  const files = new Set(entries)
  const packages: Wanted[] = []
  for (const file of files) {
    if (!source.test(file)) continue
    const from = dirname(file)
    for (const name of namesIn(file)) {
      const path = /^[./]/.test(name) ? resolve(from, name) : name.startsWith('file:') ? fileURLToPath(name) : undefined
      const wanted = packageName(name)
      if (path !== undefined && isFile(path)) files.add(realpathSync(path))
      else if (wanted !== undefined) packages.push({ name: wanted, from })
    }
  }
  return { files: [...files], packages }
}

function namesIn(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(specifiers)].map(match => match.slice(1).find(name => name !== undefined)!.replace(/[?#].*$/, ''))
}

/** Undefined for what is no package: Node's own modules, `#imports`, URLs and paths. */
function packageName(specifier: string): string | undefined {
  const name = /^(@[^/]+\/[^/]+|[^@/.#:][^/:]*)(?:\/|$)/.exec(specifier)?.[1]
  return name === undefined || builtinModules.includes(name) ? undefined : name
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}
