import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { until } from '../../harness/clock.ts'
import { findTool } from '../../harness/environment/build-tool.ts'
import { diagnose } from '../../harness/environment/doctor.ts'
import { anyAlive } from '../../harness/environment/process-tree.ts'
import { cachedTool, compareVersions, lookUpTool, pinnedVersion } from '../../harness/environment/tool.ts'

let folder: string
let env: NodeJS.ProcessEnv

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'floodmark-tools-'))
  env = { PATH: join(folder, 'path'), XDG_CACHE_HOME: join(folder, 'cache'), HOME: folder }
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

function program(path: string, script: string): string {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

const onPath = (script: string): string => program(join(folder, 'path', 'nats-server'), script)
const inCache = (script: string): string => program(cachedTool('nats-server', env), script)

test.for([
  ['echo nats-server: v2.9.10', 'is 2.9.10; nats-server from 2.12.3 to below 3.0.0 is needed'],
  ['echo nats-server: v3.0.0', 'is 3.0.0; nats-server from 2.12.3 to below 3.0.0 is needed'],
  ['echo hello', 'answers --version with "hello", which holds no version'],
  ['echo libfoo.so is missing >&2; exit 127', 'libfoo.so is missing'],
] as const)('a nats-server on PATH that says `%s` is passed over, with the reason', async ([script, reason]) => {
  const path = onPath(script)
  const cached = inCache('echo nats-server: v2.15.2')
  const { tool, rejected } = await lookUpTool('nats-server', env)
  expect(tool).toEqual({ name: 'nats-server', path: cached, version: '2.15.2', source: 'cache' })
  expect(rejected).toEqual([{ source: 'path', path, reason: expect.stringContaining(reason) }])
  const lines: string[] = []
  await findTool('nats-server', line => lines.push(line), { env })
  expect(lines).toEqual([expect.stringContaining(`${path} (on PATH)`)])
})

test('the setting comes before PATH, and PATH before the cache', async () => {
  inCache('echo nats-server: v2.15.2')
  expect((await lookUpTool('nats-server', env)).tool?.source).toBe('cache')
  onPath('echo nats-server: v2.12.3')
  expect((await lookUpTool('nats-server', env)).tool).toMatchObject({ source: 'path', version: '2.12.3' })
  env.FLOODMARK_NATS_SERVER = program(join(folder, 'mine'), 'echo nats-server: v2.14.0')
  expect((await lookUpTool('nats-server', env)).tool).toMatchObject({ source: 'setting', version: '2.14.0' })
})

test('a setting that will not do is an error, whatever else is there', async () => {
  inCache('echo nats-server: v2.15.2')
  env.FLOODMARK_NATS_SERVER = join(folder, 'nowhere')
  await expect(findTool('nats-server', () => {}, { env })).rejects.toMatchObject({
    exit: 'unavailable', message: expect.stringMatching(/FLOODMARK_NATS_SERVER.*nowhere.*does not run.*ENOENT/), hint: expect.stringContaining('unset FLOODMARK_NATS_SERVER'),
  })
})

test('without Go the error holds the cause, what was passed over, and the lines that cure it', async () => {
  onPath('echo nats-server: v2.9.10')
  await expect(findTool('nats-server', () => {}, { env })).rejects.toMatchObject({
    exit: 'unavailable',
    message: expect.stringMatching(/could not be built: go does not run.*ENOENT/),
    evidence: [expect.stringContaining('is 2.9.10')],
    hint: expect.stringMatching(/go1\.\d+[\d.]*\.\w+-\w+\.tar\.gz[^]*export FLOODMARK_NATS_SERVER=/),
  })
})

test('a build that fails shows the last lines of go and leaves nothing in the cache', async () => {
  program(join(folder, 'path', 'go'), 'echo go: module lookup disabled >&2; exit 1')
  const failure = findTool('nats-server', () => {}, { env: { ...env, PATH: `${env.PATH}:/bin` } })
  await expect(failure).rejects.toMatchObject({ exit: 'unavailable', evidence: ['go: module lookup disabled'] })
  expect((await lookUpTool('nats-server', env))).toEqual({ tool: undefined, rejected: [] })
})

/** A `go` that takes a moment, and writes down that it was asked to build. */
function countingGo(): { builder: NodeJS.ProcessEnv; builds: () => number } {
  program(join(folder, 'path', 'go'), `echo build >> "$HOME/builds"; while [ $# -gt 0 ]; do [ "$1" = -o ] && out=$2; shift; done; sleep 0.1; echo '#!/bin/sh' > "$out"; echo 'echo nats-server: v2.15.2' >> "$out"; chmod +x "$out"`)
  return { builder: { ...env, PATH: `${env.PATH}:/bin` }, builds: () => readFileSync(join(folder, 'builds'), 'utf8').split('\n').length - 1 }
}

test('of two that need it at once one builds, the other waits for it, and both have the whole binary', async () => {
  const { builder, builds } = countingGo()
  const lines: string[] = []
  const tools = await Promise.all([1, 2].map(() => findTool('nats-server', line => lines.push(line), { env: builder })))
  for (const tool of tools) expect(tool).toEqual({ name: 'nats-server', path: cachedTool('nats-server', env), version: pinnedVersion('nats-server'), source: 'built' })
  expect([builds(), lines.filter(line => line.includes('another floodmark is building')).length]).toEqual([1, 1])
  expect(readdirSync(dirname(cachedTool('nats-server', env)))).toEqual(['nats-server'])
})

test('a build that was killed keeps nobody from building for long', async () => {
  const { builder, builds } = countingGo()
  const lock = program(`${cachedTool('nats-server', env)}.building`, '')
  const longAgo = new Date(Date.now() - 60_000)
  utimesSync(lock, longAgo, longAgo)
  expect(await findTool('nats-server', () => {}, { env: builder })).toMatchObject({ source: 'built' })
  expect(builds()).toBe(1)
})

test('waiting for a build that somebody else is at ends with an abort', async () => {
  const { builder } = countingGo()
  const lock = program(`${cachedTool('nats-server', env)}.building`, '')
  const abort = new AbortController()
  const waiting = findTool('nats-server', () => abort.abort(new Error('Ctrl-C')), { env: builder, signal: abort.signal })
  await expect(waiting).rejects.toThrow('Ctrl-C')
  expect([existsSync(lock), existsSync(join(folder, 'builds'))]).toEqual([true, false])
})

test('an abort ends the build with everything it has started', async () => {
  program(join(folder, 'path', 'go'), 'sleep 60 & echo $! > "$HOME/pid"; wait')
  const abort = new AbortController()
  const build = findTool('nats-server', () => {}, { env: { ...env, PATH: `${env.PATH}:/bin` }, signal: abort.signal })
  const pidFile = join(folder, 'pid')
  await until('the build under way', 5_000, () => (existsSync(pidFile) && readFileSync(pidFile, 'utf8').trim()) || undefined)
  abort.abort(new Error('Ctrl-C'))
  await expect(build).rejects.toThrow('Ctrl-C')
  expect(anyAlive([Number(readFileSync(pidFile, 'utf8'))])).toBe(false)
  expect(readdirSync(dirname(cachedTool('nats-server', env)))).toEqual([])
})

test.for([
  ['nothing is there', '', { status: 'missing', cause: expect.stringContaining('no Go to build it with'), cure: expect.stringContaining('go.dev/dl') }],
  ['Go is there', 'echo go version go1.99.1 linux/amd64', { status: 'will be built', found: expect.stringContaining('with Go 1.99.1') }],
  ['an old Go is there', 'echo go version go1.21.0 linux/amd64', { status: 'will be built', found: expect.stringMatching(/with Go 1\.\d+.*, which Go 1\.21\.0 has to fetch first/) }],
] as const)('doctor: %s', async ([, go, row]) => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  if (go) program(join(folder, 'path', 'go'), go)
  const rows = await diagnose()
  expect(rows.find(each => each.part === 'nats-server')).toMatchObject(row)
  expect(rows.find(each => each.part === 'postgres')).toMatchObject({ status: 'ok', found: expect.stringMatching(/^18\./) })
  inCache('echo nats-server: v2.15.2')
  vi.stubEnv('FLOODMARK_TOXIPROXY_SERVER', join(folder, 'nowhere'))
  const later = await diagnose()
  expect(later.find(each => each.part === 'nats-server')).toMatchObject({ status: 'ok', found: expect.stringContaining('2.15.2') })
  expect(later.find(each => each.part === 'toxiproxy-server')).toMatchObject({ status: 'broken', cause: expect.stringContaining('ENOENT'), cure: expect.stringContaining('unset') })
})

test('doctor: a machine without k6 can run what does not ask for it', async () => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  const k6 = async () => (await diagnose()).find(each => each.part === 'k6')
  expect(await k6()).toMatchObject({ status: 'not needed', found: 'none (only for --engine k6)', cure: expect.stringContaining('FLOODMARK_K6') })
  program(cachedTool('k6', env), 'echo k6 v1.3.0')
  expect(await k6()).toMatchObject({ status: 'not needed', cause: expect.stringContaining('is 1.3.0; k6 from 2.0.0 to below 3.0.0') })
  program(cachedTool('k6', env), 'echo "k6 v2.2.0 (go1.26.8, linux/amd64)"')
  expect(await k6()).toMatchObject({ status: 'ok', found: expect.stringContaining('2.2.0') })
})

test('versions compare by number, part by part', () => {
  expect(compareVersions('2.9.10', '2.12.3')).toBeLessThan(0)
  expect(compareVersions('2.12.3', '2.12.3')).toBe(0)
  expect(compareVersions('3.0.0', '2.99.99')).toBeGreaterThan(0)
})
