import { execFile, spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exitCodes } from '../../harness/exit-codes.ts'
import { planRecord } from '../../reports/plan/record.ts'

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

test.each([[], ['run'], ['plan'], ['doctor'], ['list']])('%s --help ends well and teaches', async (...command) => {
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
  [['plan', 'smok'], 'did you mean smoke?'],
  [['plan', 'smoke', '--json', '--csv'], "'--csv' cannot be used with option '--json'"],
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

test('every problem of a scenario and its system is listed at once: path, what was found, what would be right', async () => {
  writeFileSync(join(folder, 'all-wrong.ts'), `
    import { at, command, constant, defineScenario, defineSystem, delay, http, nats, noLoss, recovery, segmentLike, sequence, shopify2024, throughput } from 'floodmark'
    const system = defineSystem({
      components: {
        queue: nats({ storag: 'memory' }),
        app: command(['app'], { env: ({ to }) => ({ QUEUE: to('quue'), CRM: to('crm') }), ready: http('/healthz') }),
        worker: command(['worker'], { env: () => { throw new Error('REGION is not set') }, ready: http('/healthz') }),
      },
      roles: { intake: 'app', bufer: 'queue' }, intake: { path: 'hooks' },
      destinations: { crm: segmentLike({ latency: { p50: '20 parsecs' }, failures: { share: 3, statuses: [500] } }) },
      correlate: () => [], settle: 9,
    })
    export default defineScenario({
      name: 'All Wrong', hypothesis: 'x', system, colour: 'red', parameters: { rate: -5, duration: '60s' },
      load: { shape: sequence([constant({ rate: 1, over: '10s' }), constant({ rate: -1, over: '20 parsecs' })]), shops: 0, topics: ['orders/creat'], retries: shopify2024 },
      faults: [at('90%').kill('app').for('20%'), at('70s').kil('nobody').for('1s'), at('1%').kill('nobody').for('1%')],
      expect: [noLoss(), delay({ p99: '20 parsecs', p95: '1s' }), throughput({ atLeast: 7 }), recovery({}), { name: 'mine' }],
    })`)
  const { exit, stdout, stderr } = await floodmark('run', 'all-wrong.ts', '--out', 'nothing-started', '--set', 'rat=3')
  expect([exit, stdout, existsSync(join(folder, 'nothing-started'))]).toEqual([64, '', false])
  const [head, ...lines] = stderr.trimEnd().split('\n').map(line => line.trim())
  expect(lines.pop()).toMatch(/^→ mend .*all-wrong\.ts or the options, then run it again; nothing was started$/)
  expect(lines).toEqual([
    'name: found "All Wrong", must be kebab-case, such as queue-outage, at most 60 characters',
    expect.stringMatching(/^colour: unknown; there is name, hypothesis, /),
    'parameters.rate: found -5, must be a number above 0',
    '--set rat: unknown, did you mean rate?; there is rate, duration',
    'system.intake.path: found "hooks", must be a path that begins with /',
    'system.destinations.crm.latency.p50: found "20 parsecs", must be a duration longer than zero, such as 250ms, 35s, 1.5m or 2h',
    'system.destinations.crm.failures.share: found 3, must be a number from 0 to 1',
    'system.settle: found 9, must be a duration longer than zero, such as 250ms, 35s, 1.5m or 2h',
    'system.components.queue.storag: unknown, did you mean storage?; there is kind, storage, syncInterval, nodes',
    'system.roles.bufer: unknown, did you mean buffer?; there is intake, buffer, worker, store, reconciler',
    'system.components.app: asks for the address of "quue"; there are queue, app, worker, crm, platform',
    'system.components.worker.env: throws REGION is not set',
    'load.shops: found 0, must be a whole number from 1 to 65535',
    expect.stringMatching(/^load\.topics\[0\]: found "orders\/creat", must be one of orders\/create, /),
    'load.shape[1].rate: found -1, must be a number of events a second, 0 or more',
    'load.shape[1].over: found "20 parsecs", must be a duration longer than zero, such as 250ms, 35s, 1.5m or 2h',
    'expect[4].invariant: found nothing, must be true or false',
    'expect[4].expected: found nothing, must be a text that is not empty',
    'expect[4].judge: found nothing, must be a function',
    'expect.delay.p99: found "20 parsecs", must be a duration longer than zero, such as 250ms, 35s, 1.5m or 2h',
    'expect.delay.p95: unknown, did you mean p90?; there is p50, p90, p99, p999, outsideFaults',
    'expect.throughput.atLeast: found 7, must be a share above 0 and up to 1, such as 0.9999',
    'expect.recovery: found an empty object, must be an object with at least one of admission, backlog, destination',
    'faults[0]: outside the flood: begins at 90% and ends at 110%, the flood ends at 100%',
    expect.stringMatching(/^faults\[1\]\.kil: unknown, did you mean kill\?; there is /),
    expect.stringMatching(/^faults\[2\]\.target: no role or component nobody; roles: /),
  ])
  expect(head).toBe(`floodmark: scenario All Wrong has ${lines.length} problems`)
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

test('plan prints the same plan each time, for people and for programs, and leaves nothing behind', async () => {
  const before = readdirSync(folder)
  const [text, json, csv] = await Promise.all([[], ['--json'], ['--csv']].map(as => floodmark('plan', 'queue-outage', '--set', 'rate=300', '--seed', '7', ...as)))
  expect([text, json, csv].map(({ exit, stderr }) => [exit, stderr])).toEqual(Array.from({ length: 3 }, () => [0, '']))
  const record = planRecord.parse(JSON.parse(json.stdout))
  expect(record).toMatchObject({ seed: 7, scenario: { name: 'queue-outage', parameters: { rate: 300 } }, system: { name: 'reference' } })
  expect(text.stdout).toContain(record.planHash)
  expect(csv.stdout.trimEnd().split('\n').slice(1).map(row => Number(row.split(',')[1]))).toEqual(record.seconds.planned)
  expect(readdirSync(folder)).toEqual(before)
})

test('what cannot be carried out is refused by run and by plan in the same words, before anything is started', async () => {
  const tooMany = ['bfcm-flood', '--set', 'rate=150000', '--set', 'duration=11h']
  const [planned, run] = await Promise.all([floodmark('plan', ...tooMany), floodmark('run', ...tooMany, '--out', 'nothing-started')])
  expect(planned).toEqual({ exit: 64, stdout: '', stderr: expect.stringMatching(/ events x 41 bytes .* half of this machine's memory is .*\n→ lower the rate/) })
  expect(run).toEqual(planned)
  expect(existsSync(join(folder, 'nothing-started'))).toBe(false)
})

test('Ctrl-C ends a long plan while it is made', async () => {
  const child = spawn(process.execPath, [launcher, 'plan', 'bfcm-flood', '--set', 'rate=20000', '--set', 'duration=1h'], { cwd: folder, stdio: 'ignore' })
  const ended = new Promise(resolve => child.once('exit', (code, signal) => resolve(code ?? signal)))
  await sleep(1_500)
  child.kill('SIGINT')
  // Before it computes it ends by itself, and then the kernel ends it: a shell says 130 for both.
  expect([130, 'SIGINT']).toContain(await ended)
})

test('list as JSON is one line that names files and parameters', async () => {
  const { exit, stdout, stderr } = await floodmark('list', '--json')
  expect([exit, stderr]).toEqual([0, ''])
  const { scenarios, systems } = JSON.parse(stdout) as { scenarios: { name: string; parameters: object; containersOnly: boolean; file: string }[]; systems: { name: string }[] }
  expect(scenarios.map(each => each.name)).toContain('smoke')
  expect(scenarios.filter(each => each.containersOnly).map(each => each.name)).toEqual(['disk-full', 'out-of-memory'])
  for (const { parameters } of scenarios) expect(parameters).toMatchObject({ rate: expect.any(Number), duration: expect.any(String) })
  expect(systems.map(each => each.name)).toEqual(['clustered', 'naive', 'reference'])
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
