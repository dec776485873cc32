// What `floodmark doctor` says of a Docker engine: each thing that can be in the way has a cause and a cure of its own.
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { diagnoseContainers } from '../../harness/environment/containers/doctor.ts'
import { imageOf, images, type ImageName } from '../../harness/environment/images/images.ts'
import type { Diagnosis } from '../../harness/environment/diagnosis.ts'
import { startAnsweringEngine, type Answers } from '../fixtures/containers/answering-engine.ts'

let folder: string
let socket: string
/** Where the system has an engine of its own, nothing in this file can be without one. */
const alone = !existsSync('/var/run/docker.sock')
const all = (Object.keys(images) as ImageName[]).map(name => imageOf(name, {}))

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'floodmark-doctor-engine-'))
  chmodSync(folder, 0o755)
  socket = join(folder, 'docker.sock')
})
afterEach(() => rmSync(folder, { recursive: true }))

async function rows(env: NodeJS.ProcessEnv = { DOCKER_HOST: `unix://${socket}` }, askRegistries = false): Promise<Map<string, Diagnosis>> {
  return new Map((await diagnoseContainers({ env, home: folder, askRegistries })).map(row => [row.part, row]))
}

async function engineRow(env?: NodeJS.ProcessEnv): Promise<Diagnosis> {
  return (await rows(env)).get('docker engine')!
}

async function answering(answers: Answers, askRegistries = false, env?: NodeJS.ProcessEnv): Promise<Map<string, Diagnosis>> {
  const engine = await startAnsweringEngine(socket, { images: all, ...answers })
  try {
    return await rows(env, askRegistries)
  } finally {
    await engine[Symbol.asyncDispose]()
  }
}

/** A socket whose engine was killed: the file stays, and nobody listens. */
async function leaveDeadSocket(): Promise<void> {
  const child = spawn(process.execPath, ['-e', `require('node:net').createServer().listen(${JSON.stringify(socket)}, () => console.log('up'))`], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout!, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
}

test.runIf(alone)('no Docker at all', async () => {
  expect(await engineRow({ PATH: folder })).toMatchObject({ status: 'missing', found: 'none', cause: 'no Docker on this machine', cure: expect.stringContaining('apt-get install docker.io') })
})

test.runIf(alone).each([['dockerd', 'Docker is installed, and no engine runs', 'systemctl start docker'], ['docker', 'there is a docker command, and no engine', 'apt-get install docker.io']])('%s without an engine that runs', async (program, cause, cure) => {
  writeFileSync(join(folder, program), '#!/bin/sh\n', { mode: 0o755 })
  expect(await engineRow({ PATH: folder })).toMatchObject({ status: 'missing', cause, cure: expect.stringContaining(cure) })
})

test.runIf(alone)('a socket that is not there, and one whose engine has ended', async () => {
  expect(await engineRow()).toMatchObject({ status: 'broken', cause: `unix://${socket} (DOCKER_HOST): there is no such socket`, cure: expect.stringContaining('take DOCKER_HOST away') })
  await leaveDeadSocket()
  expect(await engineRow()).toMatchObject({ status: 'broken', cause: expect.stringContaining('no engine listens on it: it has ended'), cure: expect.stringContaining('systemctl start docker') })
})

test.runIf(alone && process.getuid?.() === 0)('a socket without permission: the group that has it is named', async () => {
  const listening = createServer().listen(socket)
  await once(listening, 'listening')
  chmodSync(socket, 0o660)
  chownSync(socket, 0, 1)
  process.seteuid!(65_534)
  try {
    expect(await engineRow()).toMatchObject({ status: 'broken', cause: expect.stringContaining('no permission to use the socket, which is for root and the group daemon'), cure: expect.stringContaining('sudo usermod -aG daemon $USER') })
  } finally {
    process.seteuid!(0)
    listening.close()
  }
})

test.runIf(alone)('an engine elsewhere: over ssh, at a port where nobody is, and one that is no engine', async () => {
  expect(await engineRow({ DOCKER_HOST: 'ssh://me@build' })).toMatchObject({ status: 'broken', cause: expect.stringContaining('behind ssh'), cure: expect.stringMatching(/docker\.sock me@build &\nexport DOCKER_HOST=unix:\/\/\S+ TESTCONTAINERS_HOST_OVERRIDE=build/) })
  expect(await engineRow({ DOCKER_HOST: 'tcp://127.0.0.1:1' })).toMatchObject({ status: 'broken', cause: expect.stringContaining('ECONNREFUSED'), cure: expect.stringContaining('DOCKER_CERT_PATH') })
  expect(await engineRow({ DOCKER_HOST: 'docker' })).toMatchObject({ status: 'broken', cause: expect.stringContaining('not an address of an engine') })
  expect((await answering({ version: { ApiVersion: undefined } })).get('docker engine')).toMatchObject({ status: 'broken', cause: expect.stringContaining('no Docker engine') })
})

test('an engine of a usual kind needs no cure', async () => {
  const found = [...(await answering({})).values()]
  expect(found).toHaveLength(2 + all.length)
  expect(found.filter(({ status, cure }) => status !== 'ok' || cure !== undefined)).toEqual([])
})

test('a rootless engine, found in its usual place, whose limits do not bite', async () => {
  mkdirSync(join(folder, 'run'))
  socket = join(folder, 'run/docker.sock')
  const found = await answering({ info: { SecurityOptions: ['name=seccomp', 'name=rootless'], MemoryLimit: false, CpuCfsQuota: false } }, false, { XDG_RUNTIME_DIR: join(folder, 'run') })
  expect(found.get('docker engine')).toMatchObject({ status: 'ok', found: `29.1.0, rootless, unix://${socket} (its usual place)`, cause: expect.stringContaining('limits of memory and CPU do not bite'), cure: expect.stringContaining('Delegate=cpu memory') })
})

test('Podman is called by its name', async () => {
  const row = (await answering({ version: { Version: '5.6.0', Components: [{ Name: 'Podman Engine' }] } })).get('docker engine')
  expect(row).toMatchObject({ status: 'ok', found: expect.stringContaining('Podman 5.6.0'), cause: expect.stringContaining('Podman'), cure: expect.stringContaining('docker.io') })
})

test('a full disk', async () => {
  // A file system of the kernel's own, which never has a free block.
  expect((await answering({ info: { DockerRootDir: '/proc' } })).get("engine's disk")).toMatchObject({ status: 'broken', found: '/proc, 0.0 GiB free', cure: expect.stringContaining('docker system prune') })
})

test('missing images: which, and the variable that names another; the registry is asked where a run would need them', async () => {
  const without = { images: all.filter(name => !/nats|ryuk/.test(name)) }
  const found = await answering(without)
  expect(found.get('image nats')).toMatchObject({ status: 'missing', found: imageOf('nats', {}), cause: 'not on the engine (FLOODMARK_IMAGE_NATS names another)', cure: expect.stringContaining(`docker pull ${imageOf('nats', {})}`) })
  expect(found.get('image ryuk')).toMatchObject({ status: 'not needed', cause: expect.stringContaining('watchdog') })
  expect((await answering(without, true)).get('image nats')).toMatchObject({ status: 'will be pulled' })
  expect((await answering({ ...without, distribution: { status: 500, body: { message: 'no such host' } } }, true)).get('image nats')).toMatchObject({ status: 'missing', cause: expect.stringContaining('cannot be pulled: no such host') })
})
