import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'

// The rules that keep it a house: DESIGN, section 3. An import is what a file names in `import` or `export ... from`.
const root = join(import.meta.dirname, '../..')
const files = globSync('{harness,system,scenarios,reports}/**/*.ts', { cwd: root }).toSorted()
const imports = new Map(files.map(file => [file, importsOf(file)]))

interface Import { from: string; names: string; typeOnly: boolean }

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  const found = [...text.matchAll(/^(?:import|export) (type )?[^'"]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm)]
  return found.map(([, type, from, alone, dynamic]) => {
    const names = from ?? alone ?? dynamic
    return { from: file, typeOnly: type !== undefined, names: names.startsWith('.') ? normalize(join(dirname(file), names)) : names }
  })
}

/** Imports of `files` that `allowed` does not let through, as `file -> imported`. */
function offences(pattern: RegExp, allowed: (one: Import) => boolean): string[] {
  return files.filter(file => pattern.test(file)).flatMap(file => imports.get(file)!).filter(one => !allowed(one)).map(one => `${one.from} -> ${one.names}`)
}

const isOurs = ({ names }: Import): boolean => /^(harness|system|scenarios|reports|test)\//.test(names) || /^floodmark(\/|$)/.test(names)
const within = (folder: string) => (one: Import): boolean => !isOurs(one) || one.names.startsWith(`${folder}/`)

test('the rules see the imports', () => {
  expect(imports.get('harness/cli.ts')?.map(one => one.names)).toEqual(expect.arrayContaining(['commander', 'harness/commands/run.ts']))
  expect(files.length).toBeGreaterThan(100)
})

test('services of a system do not know that they are tested', () => {
  expect(offences(/^system\/.+\//, within('system'))).toEqual([])
})

test('a system file knows the harness by its public name only', () => {
  expect(offences(/^system\/[^/]+\.ts$/, one => within('system')(one) || one.names === 'floodmark')).toEqual([])
})

test('scenarios import floodmark and a system by name, so that a copy works anywhere', () => {
  expect(offences(/^scenarios\//, one => ['floodmark', 'floodmark/reference', 'floodmark/clustered', 'floodmark/naive'].includes(one.names))).toEqual([])
})

test('reports read run records and nothing else of the project', () => {
  expect(offences(/^reports\//, within('reports'))).toEqual([])
})

test('the records import nothing of the project', () => {
  expect(offences(/^reports\/(matrix\/)?record\.ts$/, one => !isOurs(one))).toEqual([])
})

test('the harness knows no system and no scenario, and of reports the records', () => {
  // Commands stand between both: they show a run's summary and write its reports.
  const commands = (one: Import): boolean => one.from.startsWith('harness/commands/') && one.names.startsWith('reports/')
  expect(offences(/^harness\//, one => within('harness')(one) || /^reports\/(matrix\/)?record\.ts$/.test(one.names) || commands(one))).toEqual([])
})

test('the library does not know the command line', () => {
  expect(offences(/^harness\/(?!cli\.ts|commands\/)/, one => one.names !== 'commander' && !/^harness\/(cli\.ts|commands\/)/.test(one.names))).toEqual([])
})

test('imports name a file that is there, with its extension', () => {
  const known = new Set(files)
  expect(offences(/./, one => !isOurs(one) || one.names.startsWith('floodmark') || known.has(one.names))).toEqual([])
})

test('no import cycles, types aside', () => {
  const done = new Set<string>()
  const cycles: string[] = []
  function visit(file: string, path: string[]): void {
    if (path.includes(file)) return void cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '))
    if (done.has(file)) return
    for (const one of imports.get(file) ?? []) if (!one.typeOnly) visit(one.names, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
  expect(cycles).toEqual([])
})

test('files stay small', () => {
  const long = files.filter(file => readFileSync(join(root, file), 'utf8').split('\n').length > 301)
  expect(long).toEqual([])
})
