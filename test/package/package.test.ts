/** The tarball as a user has it: packed, installed from the registry's packages into an empty project, and run there. */
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { publint } from 'publint'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createPortPicker } from '../../harness/environment/free-port.ts'
import { runRecord, type RunRecord } from '../../reports/record.ts'

const root = join(import.meta.dirname, '../..')
const limitMs = 180_000
const oldNode = '/usr/bin/node'
let project: string

interface Ended { exit: number | null; stdout: string; stderr: string }

async function run(program: string, args: readonly string[], { cwd = project, env = {} }: { cwd?: string; env?: Record<string, string> } = {}): Promise<Ended> {
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: limitMs, env: { ...cleanEnvironment(), ...env } })
  const exited = new Promise<number | null>((resolve, reject) => child.once('exit', resolve).once('error', reject))
  const [stdout, stderr, exit] = await Promise.all([text(child.stdout), text(child.stderr), exited])
  return { exit, stdout, stderr }
}

async function mustRun(program: string, args: readonly string[], cwd: string): Promise<void> {
  const { exit, stdout, stderr } = await run(program, args, { cwd })
  if (exit !== 0) throw new Error(`${program} ${args.join(' ')}: exit ${exit}\n${stdout}${stderr}`)
}

/** Without what npm and vitest set for their own children; the pinned Node first in PATH. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_(?!config_)|VITEST|NODE_ENV$|NODE_OPTIONS$|INIT_CWD$)/.test(name))
  return { ...Object.fromEntries(own), PATH: [join(root, 'node_modules/node/bin'), process.env.PATH].join(delimiter) }
}

async function runRecorded(args: readonly string[], env: Record<string, string> = {}): Promise<Ended & { record: RunRecord }> {
  const ended = await run('npx', ['floodmark', 'run', ...args, '--json'], { env })
  const line = ended.stdout.trim()
  expect(line, ended.stderr).not.toBe('')
  return { ...ended, record: runRecord.parse(JSON.parse(line)) }
}

/** Checks that did not pass. How punctual the sender was says something of this machine at this moment, not of the package. */
function notPassed({ checks }: RunRecord): string[] {
  return checks.filter(check => check.verdict !== 'pass' && check.name !== 'generatorKeptUp').map(check => `${check.name} ${check.verdict}: ${check.observed}`)
}

beforeAll(async () => {
  project = realpathSync(mkdtempSync(join(tmpdir(), 'floodmark-package-')))
  await mustRun('npm', ['pack', '--silent', '--pack-destination', project], root)
  cpSync(join(import.meta.dirname, 'project'), project, { recursive: true })
  writeFileSync(join(project, 'package.json'), '{ "name": "mine", "private": true }')
  const tarball = readdirSync(project).find(name => name.endsWith('.tgz'))!
  await mustRun('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefer-offline', `./${tarball}`], project)
}, 2 * limitMs)

afterAll(() => rmSync(project, { recursive: true, force: true }))

test('carries what a run needs and nothing of the workshop', async () => {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root })
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }]
  const paths = files.map(file => file.path)
  expect(paths).toEqual(expect.arrayContaining(['bin/floodmark.js', 'dist/harness/index.js', 'dist/harness/index.d.ts', 'dist/system/reference.js', 'dist/scenarios/smoke.js', 'dist/harness/environment/tools/go.sum']))
  expect(paths.filter(path => /test|runs\/|without-registry|tsconfig|(?<!\.d)\.ts$/.test(path))).toEqual([])
})

test('its manifest is one that other tools read without complaint', async () => {
  const { messages } = await publint({ pkgDir: root, strict: true })
  expect(messages).toEqual([])
})

test('lists what ships', async () => {
  const { exit, stdout, stderr } = await run('npx', ['floodmark', 'list', '--json'])
  expect(exit, stderr).toBe(0)
  const { scenarios } = JSON.parse(stdout) as { scenarios: { name: string; file: string }[] }
  expect(scenarios.find(each => each.name === 'queue-outage')?.file).toBe(join(project, 'node_modules/floodmark/dist/scenarios/queue-outage.js'))
})

test('says what the machine has', async () => {
  const { exit, stdout, stderr } = await run('npx', ['floodmark', 'doctor', '--json'])
  const { ready, rows } = JSON.parse(stdout) as { ready: boolean; rows: { part: string }[] }
  expect(exit, stderr).toBe(ready ? 0 : 69)
  expect(rows.map(row => row.part)).toEqual(expect.arrayContaining(['node', 'nats-server', 'toxiproxy-server', 'postgres']))
})

test('runs a shipped scenario on the reference pipeline', async () => {
  const { exit, record, stderr } = await runRecorded(['smoke'])
  expect(notPassed(record), stderr).toEqual([])
  expect(exit).toBe(record.exitCode)
  expect(record.counts).toMatchObject({ planned: 1_000, delivered: 1_000 })
  expect(record.system.name).toBe('reference')
  expect(record.floodmark.commit).toBe(null)
}, limitMs)

test("runs the user's own scenario and system, written in TypeScript, against a program given as a command", async () => {
  const { exit, record, stderr } = await runRecorded(['./quick.ts', '--set', 'harm=intake', '--set', 'duration=5s'])
  expect(notPassed(record), stderr).toEqual([])
  expect(exit).toBe(record.exitCode)
  expect(record.counts).toMatchObject({ planned: 200, delivered: 200 })
  expect(record.faults).toMatchObject([{ kind: 'kill', target: 'relay', healedAt: expect.any(Number) }])
}, limitMs)

test('its types fit the files that are written against it', async () => {
  const config = { compilerOptions: { noEmit: true, strict: true, module: 'nodenext', target: 'es2024', allowImportingTsExtensions: true, typeRoots: [join(root, 'node_modules/@types')], types: ['node'] }, files: ['quick.ts', 'pipeline.ts', 'already-running.ts'] }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(config))
  const { exit, stdout } = await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project])
  expect(exit, stdout).toBe(0)
})

test('runs against what already runs at a URL, and refuses to harm it', async () => {
  const pickPort = createPortPicker()
  const [relayPort, crmPort] = [await pickPort(), await pickPort()]
  const relay = spawn('node', ['relay.mjs'], { cwd: project, stdio: ['ignore', 'pipe', 'inherit'], env: { ...cleanEnvironment(), HOST: '127.0.0.1', PORT: String(relayPort), CRM_URL: `http://127.0.0.1:${crmPort}` } })
  onTestFinished(() => void relay.kill('SIGKILL'))
  await new Promise(resolve => relay.stdout.once('data', resolve))
  const env = { RELAY_URL: `http://127.0.0.1:${relayPort}`, CRM_PORT: String(crmPort) }

  const { exit, record, stderr } = await runRecorded(['./quick.ts', '--system', './already-running.ts'], env)
  expect(notPassed(record), stderr).toEqual([])
  expect(exit).toBe(record.exitCode)
  expect(record.counts).toMatchObject({ planned: 120, delivered: 120 })

  const refused = await run('npx', ['floodmark', 'run', './quick.ts', '--system', './already-running.ts', '--set', 'harm=intake'], { env })
  expect(refused.exit).toBe(64)
  expect(refused.stderr).toContain('relay already runs and is not managed by floodmark')
  expect(relay.exitCode).toBe(null)
}, limitMs)

const oldVersion = (await run(oldNode, ['--version'], { cwd: root }).catch(() => undefined))?.stdout ?? ''

test.runIf(/^v(1\d|20|21)\./.test(oldVersion))('an old Node is told what is needed', async () => {
  const { exit, stderr } = await run(oldNode, [join(project, 'node_modules/floodmark/bin/floodmark.js'), 'run', 'smoke'])
  expect(exit).toBe(69)
  expect(stderr).toContain('floodmark needs Node 22.22 or later')
})
