// How a scenario or system file becomes a value: by the name it ships under, or by path. The destinations' process loads the same way,
// since `correlate` is code. Whatever goes wrong here is the file's, so it is said in the file's terms.
import { existsSync, readdirSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { basename, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { FloodmarkError } from '../errors.ts'
import { modulePath } from '../module-path.ts'
import { isScenario, isSystem } from './define.ts'
import { loadFailure } from './load-failure.ts'
import { nearest } from './nearest.ts'
import type { Scenario } from './scenario.ts'
import type { System } from './system.ts'

/** Systems by the names under which package.json exports them. */
const systemNames = ['clustered', 'naive', 'reference']
const folders = { scenario: new URL('../../scenarios/', import.meta.url), system: new URL('../../system/', import.meta.url) } as const
type Kind = keyof typeof folders

/** A scenario by shipped name or path. `file` is what was loaded, for whoever must load it again. Throws exit 64 for anything wrong with the file. */
export async function loadScenario(nameOrPath: string): Promise<Scenario> {
  const file = findFile('scenario', nameOrPath)
  const value = await importDefault('scenario', file)
  if (!isScenario(value)) throw notDefined('scenario', file, value)
  return { ...value, file }
}

/** A system by shipped name or path. Throws as `loadScenario` does. */
export async function loadSystem(nameOrPath: string): Promise<System> {
  const file = findFile('system', nameOrPath)
  const value = await importDefault('system', file)
  if (!isSystem(value)) throw notDefined('system', file, value)
  return value
}

/** The system that a command was told to put in place of a scenario's own, where it was told one. Throws as `loadScenario` does. */
export async function loadReplacement(nameOrPath: string | undefined): Promise<{ system: System; file: string } | undefined> {
  return nameOrPath === undefined ? undefined : { system: await loadSystem(nameOrPath), file: findFile('system', nameOrPath) }
}

/** Names that ship, with their files. */
export function shipped(kind: Kind): Map<string, string> {
  const folder = fileURLToPath(folders[kind])
  const files = readdirSync(folder).filter(name => /(?<!\.d)\.(ts|js)$/.test(name)).toSorted()
  const named = files.map(name => [name.replace(/\.\w+$/, ''), resolve(folder, name)] as const)
  return new Map(kind === 'scenario' ? named : named.filter(([name]) => systemNames.includes(name)))
}

/** The file that a name or path stands for; a shipped name wins over a file of that name. Throws exit 64 where there is none. */
export function findFile(kind: Kind, nameOrPath: string): string {
  const names = shipped(kind)
  const file = names.get(nameOrPath) ?? resolve(nameOrPath)
  if (existsSync(file)) return file
  const guess = nearest(nameOrPath, [...names.keys()])
  throw new FloodmarkError('usage', `no ${kind} ${nameOrPath}: neither a shipped name nor a file (${file})`, {
    hint: `${guess === undefined ? '' : `did you mean ${guess}? `}shipped: ${[...names.keys()].join(', ')}`,
  })
}

/** What a written scenario imports a system from: the package's own name for it where it ships, so that the file works elsewhere too; else its path. */
export function systemModuleOf(nameOrPath: string): string {
  return shipped('system').has(nameOrPath) ? `floodmark/${nameOrPath}` : findFile('system', nameOrPath)
}

async function importDefault(kind: Kind, file: string): Promise<unknown> {
  useOwnModules()
  try {
    const module = await import(pathToFileURL(file).href) as { default?: unknown }
    return module.default
  } catch (error) {
    throw loadFailure(kind, file, error)
  }
}

function notDefined(kind: Kind, file: string, value: unknown): FloodmarkError {
  const call = kind === 'scenario' ? 'defineScenario' : 'defineSystem'
  const found = value === undefined ? 'it has no default export' : isScenario(value) ? 'it exports a scenario' : isSystem(value) ? 'it exports a system' : `its default export is ${value === null ? 'null' : `a ${typeof value}`}`
  return new FloodmarkError('usage', `${basename(file)} is no ${kind} file: ${found}`, {
    hint: `end it with: export default ${call}({ ... })   // import { ${call} } from 'floodmark'`,
    evidence: [file],
  })
}

let hooked = false

/**
 * Makes `floodmark` and `floodmark/<system>` mean the files of this very checkout or package, wherever the importing file lies: a
 * copied scenario works without an installation, and beside one it never meets a second instance.
 */
function useOwnModules(): void {
  if (hooked) return
  hooked = true
  const own = new Map([['floodmark', modulePath(import.meta.url, '../index.ts')]])
  for (const [name, file] of shipped('system')) own.set(`floodmark/${name}`, file)
  registerHooks({
    resolve(specifier, context, next) {
      const file = own.get(specifier)
      if (file !== undefined) return { url: pathToFileURL(file).href, shortCircuit: true }
      const resolved = next(specifier, context)
      // A project without "type": "module" is no reason for Node's warning about it: scenario files are modules.
      return resolved.url.endsWith('.ts') && !resolved.format ? { ...resolved, format: 'module-typescript' } : resolved
    },
  })
}
