import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FloodmarkError } from '../../harness/errors.ts'
import { findFile, loadScenario, loadSystem, shipped } from '../../harness/scenario/load.ts'
import { modulePath } from '../../harness/module-path.ts'

// Files are loaded by a Node of their own, as the command does it, except where only the name matters.
let folder: string
const systemText = `
import { command, defineSystem, http, segmentLike } from 'floodmark'
export default defineSystem({
  components: { app: command(['app'], { env: ({ to }) => ({ CRM: to('crm') }), ready: http('/healthz') }) },
  roles: { intake: 'app' }, intake: { path: '/' }, destinations: { crm: segmentLike() }, correlate: () => [],
})
`
const scenarioText = `
import { constant, defineScenario, noLoss, shopify2024, type Scenario } from 'floodmark'
import system from './pipeline.ts'
const scenario: Scenario = defineScenario({
  name: 'mine', hypothesis: 'It holds.', system, parameters: { rate: 10, duration: '5s' },
  load: ({ rate, duration }) => ({ shape: constant({ rate, over: duration }), shops: 2, topics: ['orders/create'], retries: shopify2024 }),
  expect: [noLoss()],
})
export default scenario
`

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'floodmark-load-'))
  // Neither "type": "module" nor an installed floodmark: a copied file must do.
  writeFileSync(join(folder, 'package.json'), '{"name":"mine"}')
  writeFileSync(join(folder, 'pipeline.ts'), systemText)
  writeFileSync(join(folder, 'mine.ts'), scenarioText)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function loadElsewhere(kind: 'Scenario' | 'System', name: string): { value?: { name: string; file: string; system?: { name: string; file: string } }; error?: { message: string; exit: string; hint?: string; evidence: string[] }; stderr: string } {
  const loader = modulePath(import.meta.url, '../../harness/scenario/load.ts')
  const prepare = modulePath(import.meta.url, '../../harness/scenario/prepare.ts')
  const code = `
    import { load${kind} } from ${JSON.stringify(loader)}
    import { prepare } from ${JSON.stringify(prepare)}
    try {
      const value = await load${kind}(${JSON.stringify(name)})
      if ('load' in value) prepare(value)
      console.log(JSON.stringify({ value }))
    } catch ({ message, exit, hint, evidence }) { console.log(JSON.stringify({ error: { message, exit, hint, evidence } })) }`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { cwd: folder, encoding: 'utf8', timeout: 20_000 })
  return { ...JSON.parse(stdout) as object, stderr }
}

function write(name: string, text: string): string {
  mkdirSync(join(folder, 'wrong'), { recursive: true })
  const path = join(folder, 'wrong', name)
  writeFileSync(path, text)
  return path
}

test('a copied scenario works where floodmark is not installed, without a warning', () => {
  const { value, stderr } = loadElsewhere('Scenario', './mine.ts')
  expect(value).toMatchObject({ name: 'mine', file: join(folder, 'mine.ts'), system: { name: 'pipeline', file: join(folder, 'pipeline.ts') } })
  expect(stderr).toBe('')
})

test('a system can be loaded by itself', () => {
  expect(loadElsewhere('System', 'pipeline.ts').value).toMatchObject({ name: 'pipeline', file: join(folder, 'pipeline.ts') })
})

test.each<[string, string, string, string, string]>([
  ['not TypeScript', 'syntax.ts', "import { noLoss } from 'floodmark'\nexport default = noLoss\n", 'is not valid: Expression expected', 'syntax.ts:2'],
  ['not JavaScript', 'syntax.js', 'export default 1\nconst x = = 2\n', "is not valid: Unexpected token '='", 'syntax.js:2'],
  ['an enum', 'enum.ts', 'enum A { B }\nexport default A\n', 'is not valid: TypeScript enum is not supported', 'enum.ts:1'],
  ['a name that floodmark has not', 'name.ts', "import { noLosses } from 'floodmark'\nexport default noLosses\n", "does not provide an export named 'noLosses'", 'name.ts:1'],
  ['code that throws', 'throws.ts', 'export default 1\nfunction fail() { throw new Error("out of ideas") }\nfail()\n', 'could not be loaded: out of ideas', 'throws.ts:2'],
])('tells the line of %s', (_, name, text, message, place) => {
  const { error } = loadElsewhere('Scenario', write(name, text))
  expect(error?.exit).toBe('usage')
  expect(error?.message).toContain(message)
  expect(error?.evidence[0]).toContain(place)
})

test.each<[string, string, string]>([
  ['nothing', 'export const x = 1\n', 'it has no default export'],
  ['something else', 'export default 3\n', 'its default export is a number'],
  ['a system', "export { default } from '../pipeline.ts'\n", 'it exports a system'],
])('a scenario file that exports %s is told so', (_, text, found) => {
  const { error } = loadElsewhere('Scenario', write('other.ts', text))
  expect(error?.message).toBe(`other.ts is no scenario file: ${found}`)
  expect(error?.hint).toContain('export default defineScenario(')
})

test('a file that imports what is not there is told how imports are written', () => {
  const { error } = loadElsewhere('Scenario', write('imports.ts', "import x from './gone'\nexport default x\n"))
  expect(error?.message).toContain('gone')
  expect(error?.hint).toContain('extension')
})

test('an unknown name comes with what ships and what was probably meant', () => {
  expect(() => findFile('scenario', 'smok')).toThrow(expect.objectContaining({ exit: 'usage', hint: expect.stringMatching(/^did you mean smoke\? shipped: .*queue-outage/) }))
  expect(() => findFile('scenario', './gone.ts')).toThrow(FloodmarkError)
})

test('everything that ships can be loaded', async () => {
  const scenarios = await Promise.all([...shipped('scenario').keys()].map(loadScenario))
  const systems = await Promise.all([...shipped('system').keys()].map(loadSystem))
  expect(scenarios.map(each => each.name)).toEqual([...shipped('scenario').keys()])
  expect(systems.map(each => each.name)).toEqual(['clustered', 'naive', 'reference'])
})
