import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exitCodes } from '../../harness/exit-codes.ts'

const launcher = fileURLToPath(new URL('../../bin/floodmark.js', import.meta.url))
let folder: string
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'floodmark-cli-')) })
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Ended { exit: number; stdout: string; stderr: string }

function run(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise(resolve => {
    const child = execFile(program, args, { cwd: folder, timeout: 30_000, env: { ...process.env, ...env } }, (_, stdout, stderr) => resolve({ exit: child.exitCode ?? -1, stdout, stderr }))
  })
}

const floodmark = (...args: string[]): Promise<Ended> => run(process.execPath, [launcher, ...args])

test.each([[], ['run'], ['doctor'], ['list']])('%s --help ends well and teaches', async (...command) => {
  const { exit, stdout, stderr } = await floodmark(...command, '--help')
  expect([exit, stderr]).toEqual([0, ''])
  expect(stdout).toContain(`Usage: floodmark ${command.join(' ')}`.trim())
})

test('the table of exit codes stands in the help', async () => {
  const { stdout } = await floodmark('--help')
  for (const { code, name, meaning } of exitCodes) expect(stdout).toMatch(new RegExp(`^ +${code} +${name} +${meaning.replaceAll(/[`.*+?()|]/g, '.')}$`, 'm'))
})

test.each<[string[], string]>([
  [[], 'Usage: floodmark'],
  [['runn', 'smoke'], 'Did you mean run?'],
  [['run'], "missing required argument 'scenario'"],
  [['run', 'smoke', '--sed', '3'], '--seed'],
  [['run', 'smoke', '--seed', '1.5'], 'must be a whole number from 0'],
  [['run', 'smoke', '--set', 'rate'], 'must be key=value'],
  [['run', 'smoke', '--links', 'none'], 'Allowed choices are toxiproxy, direct'],
  [['run', 'smok'], 'did you mean smoke?'],
  [['list', 'more'], 'too many arguments'],
])('wrong usage: %j', async (args, told) => {
  const { exit, stdout, stderr } = await floodmark(...args)
  expect([exit, stdout]).toEqual([64, ''])
  expect(stderr).toContain(told)
})

test('problems of two scenarios are told together, before anything is started', async () => {
  const file = (name: string): string => {
    writeFileSync(join(folder, name), `
      import { constant, defineScenario, noLoss, shopify2024 } from 'floodmark'
      export default defineScenario({ name: '${name}', hypothesis: 'x', system: 3, parameters: { rate: 1, duration: '20 parsecs' }, load: {}, expect: [noLoss()] })`)
    return name
  }
  const { exit, stderr } = await floodmark('run', file('One.ts'), file('Two.ts'), '--set', 'rate=fast')
  expect(exit).toBe(64)
  expect(stderr.match(/parameters.duration: found "20 parsecs"/g)).toHaveLength(2)
  expect(stderr.match(/--set rate: found "fast", must be a number/g)).toHaveLength(2)
  expect(stderr).toContain('name: found "Two.ts"')
})

test('a folder that cannot be written is said before the flood', async () => {
  writeFileSync(join(folder, 'file'), '')
  writeFileSync(join(folder, 'sound.ts'), `
    import { command, constant, defineScenario, defineSystem, noLoss, segmentLike, shopify2024, tcp } from 'floodmark'
    const system = defineSystem({ components: { app: command(['true'], { env: ({ to }) => ({ A: to('a') }), ready: tcp() }) }, roles: { intake: 'app' }, intake: { path: '/' }, destinations: { a: segmentLike() }, correlate: () => [] })
    export default defineScenario({ name: 'sound', hypothesis: 'x', system, parameters: { rate: 1, duration: '1s' }, load: { shape: constant({ rate: 1, over: '1s' }), shops: 1, topics: ['orders/create'], retries: shopify2024 }, expect: [noLoss()] })`)
  const { exit, stderr } = await floodmark('run', 'sound.ts', '--out', 'file/runs')
  expect(exit).toBe(69)
  expect(stderr).toMatch(/cannot write run records to .*file\/runs: .*\n→ name a folder that can be written with --out/)
  expect(stderr).not.toContain('arrange')
})

test.each(['throw new Error("surprise")', 'Promise.reject(new Error("surprise"))'])('a bug of its own is exit 70, never 1: %s', async surprise => {
  // As soon as the command listens for what nobody else catches.
  writeFileSync(join(folder, 'surprise.mjs'), `process.on('newListener', name => { if (name === 'unhandledRejection') setImmediate(() => { ${surprise} }) })`)
  const { exit, stderr } = await run(process.execPath, ['--import', join(folder, 'surprise.mjs'), launcher, 'doctor'])
  expect(exit).toBe(70)
  expect(stderr).toMatch(/^floodmark: a bug of its own, .*: surprise\nError: surprise\n +at .*surprise\.mjs/)
})

test('list as JSON is one line that names files and parameters', async () => {
  const { exit, stdout, stderr } = await floodmark('list', '--json')
  expect([exit, stderr]).toEqual([0, ''])
  const { scenarios, systems } = JSON.parse(stdout) as { scenarios: { name: string; parameters: object; file: string }[]; systems: { name: string }[] }
  expect(scenarios.map(each => each.name)).toContain('smoke')
  for (const { parameters } of scenarios) expect(parameters).toMatchObject({ rate: expect.any(Number), duration: expect.any(String) })
  expect(systems.map(each => each.name)).toEqual(['naive', 'reference'])
})

test('output that nobody reads to its end is no failure', async () => {
  const { exit, stderr } = await run('sh', ['-c', `"${process.execPath}" "${launcher}" list | head -1; exit 0`])
  expect([exit, stderr]).toEqual([0, ''])
})

const oldNode = '/usr/bin/node'
const oldVersion = await run(oldNode, ['--version']).catch(() => undefined)
const isOld = oldVersion !== undefined && /^v(1\d|20|21)\./.test(oldVersion.stdout)

test.runIf(isOld)('an old Node is told so, exit 69', async () => {
  mkdirSync(join(folder, 'installed/bin'), { recursive: true })
  writeFileSync(join(folder, 'installed/package.json'), '{"type":"module"}')
  copyFileSync(launcher, join(folder, 'installed/bin/floodmark.js'))
  const { exit, stderr } = await run(oldNode, [join(folder, 'installed/bin/floodmark.js'), 'list'])
  expect(exit).toBe(69)
  expect(stderr).toMatch(/^floodmark needs Node 22\.22 or later, this is v20\./)
})

test.runIf(isOld)('in a checkout the pinned Node takes over, exit code included', async () => {
  expect(await run(oldNode, [launcher, '--version'])).toMatchObject({ exit: 0, stderr: '' })
  expect(await run(oldNode, [launcher, 'run', 'nothing-of-this-name'])).toMatchObject({ exit: 64 })
})
