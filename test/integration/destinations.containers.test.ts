// The destinations and the Admin API as a container: what they do as a process, and what a container adds to it.
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../../harness/clock.ts'
import { createNetwork, type ContainerRun } from '../../harness/environment/containers/container-run.ts'
import { startServersContainer } from '../../harness/environment/containers/destinations.ts'
import { connectEngine } from '../../harness/environment/containers/engine.ts'
import { followEvents } from '../../harness/environment/containers/engine-events.ts'
import { projectImage, type ProjectImage } from '../../harness/environment/containers/project-image.ts'
import { ensureImages } from '../../harness/environment/containers/pull.ts'
import { removeRun, runLabel } from '../../harness/environment/containers/remove-run.ts'
import { imageOf } from '../../harness/environment/images/images.ts'
import { deliver, destinationCases, item, startTestServers, type StartedServers } from '../fixtures/destination-cases.ts'

const scenarioFile = fileURLToPath(new URL('../../scenarios/smoke.ts', import.meta.url))
const systemFile = fileURLToPath(new URL('../../system/reference.ts', import.meta.url))
const engine = await connectEngine()
const { docker } = engine
const options = { docker, base: imageOf('node'), progress: () => {}, signal: new AbortController().signal }
const runs: ContainerRun[] = []
let image: ProjectImage
let folder: string

beforeAll(async () => {
  await ensureImages([options.base], options)
  image = await projectImage({ ...options, systemFile, files: [scenarioFile] })
  folder = mkdtempSync(join(tmpdir(), 'floodmark-destinations-'))
})
afterAll(async () => {
  for (const run of runs) {
    run.events.close()
    await removeRun(engine.address, run.runId, { quietMs: 0 })
  }
  rmSync(folder, { recursive: true })
})

/** A run with a network of its own. */
async function makeRun(): Promise<ContainerRun> {
  const runId = `destinations-${randomUUID()}`
  const run = { engine, runId, network: await createNetwork(engine, runId), events: await followEvents(engine, runId), disks: new Map() }
  runs.push(run)
  return run
}

async function containerOf({ runId }: ContainerRun): Promise<ReturnType<typeof docker.getContainer>> {
  const [{ Id }] = await docker.listContainers({ all: true, filters: { label: [`${runLabel}=${runId}`] } })
  return docker.getContainer(Id)
}

describe('as a process does', () => {
  let run: ContainerRun
  beforeAll(async () => {
    run = await makeRun()
  })
  destinationCases(() => startServersContainer(run, image, 1))
})

test('the system reaches them at their address, and by name; who runs them is nobody in particular, and nothing is published beyond loopback', async () => {
  const run = await makeRun()
  const { servers, stop } = await startTestServers(startServersContainer(run, image, 1))
  const { Config, NetworkSettings } = await (await containerOf(run)).inspect()
  const address = NetworkSettings.Networks[run.network].IPAddress
  expect(servers.upstreams).toEqual({ admin: `${address}:7002`, destinations: { analytics: `${address}:7001` } })
  expect(Config.User).toBe('1000:1000')
  expect(NetworkSettings.Networks[run.network].Aliases).toEqual(expect.arrayContaining(['destinations', 'platform']))
  expect(Object.values(NetworkSettings.Ports).flat().map(port => port?.HostIp)).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1'])
  await stop()
})

test('behind the engine\'s proxy a closed port takes a connection and ends it without a byte', async () => {
  const run = await makeRun()
  const { servers, stop } = await startTestServers(startServersContainer(run, image, 1))
  await servers.misbehave('analytics', { refuses: true })
  const port = servers.ports.destinationPorts.analytics
  const met = await new Promise<{ isConnected: boolean; bytes: number }>(resolve => {
    const socket = connect(port, servers.host)
    const seen = { isConnected: false, bytes: 0 }
    socket.on('connect', () => (seen.isConnected = true))
    socket.on('data', chunk => (seen.bytes += chunk.length))
    socket.on('error', () => {})
    socket.on('close', () => resolve(seen))
  })
  expect(met).toEqual({ isConnected: true, bytes: 0 })
  const code = await new Promise(resolve => request({ host: servers.host, port, path: '/' }).on('error', error => resolve((error as NodeJS.ErrnoException).code)).end())
  expect(code).toBe('ECONNRESET')
  await stop()
})

test('a death that nobody asked for is told with the last lines; a stop is none, and is quick', async () => {
  const run = await makeRun()
  const { servers, deaths, stop } = await startTestServers(startServersContainer(run, image, 1))
  await servers.flush()
  await (await containerOf(run)).kill()
  await until('the death is heard of', 5_000, () => deaths[0])
  expect(deaths).toEqual([{ how: 'ended by SIGKILL', lastLines: expect.arrayContaining([expect.stringContaining('ended by SIGKILL')]) }])
  await expect(servers.flush()).rejects.toThrow('SIGKILL')
  expect((await servers.usage()).cpuMicroseconds).toBeGreaterThan(0)
  await stop()
  expect(deaths).toHaveLength(1)
})

test('ends with its connection', async () => {
  const run = await makeRun()
  const { deaths, logFile, stop } = await startTestServers(startServersContainer(run, image, 1))
  expect((await (await containerOf(run)).inspect()).State.Running).toBe(true)
  const log = (): string => readFileSync(logFile, 'utf8')
  expect(log()).toContain('"port":7000')
  await stop()
  const { State } = await (await containerOf(run)).inspect()
  expect(State).toMatchObject({ Running: false, ExitCode: 0 })
  expect(deaths).toEqual([])
})

describe('a project elsewhere, with the harness outside of it', () => {
  const project = (file: string): string => join(folder, 'shop', file)

  beforeAll(() => {
    mkdirSync(project('node_modules/named'), { recursive: true })
    mkdirSync(project('chaos'))
    writeFileSync(project('package.json'), '{ "name": "@acme/Test-Shop", "type": "module", "devDependencies": { "named": "1.0.0" } }')
    writeFileSync(project('.dockerignore'), '*\n')
    writeFileSync(project('node_modules/named/package.json'), '{ "name": "named", "type": "module", "exports": "./index.js" }')
    writeFileSync(project('node_modules/named/index.js'), "export const name = 'elsewhere'\n")
  }, 60_000)
  afterAll(async () => {
    const left = await docker.listImages({ filters: { reference: ['floodmark-project/acme-test-shop*'] } })
    for (const tag of left.flatMap(({ RepoTags }) => RepoTags ?? [])) await docker.getImage(tag).remove({ force: true })
  })

  /** Imports what is here, a package that only development needs, and by its place on this machine a file outside the project. */
  function writeScenario(file: string, more = ''): string {
    writeFileSync(project(file), `import { defineScenario } from 'floodmark'\nimport { name } from 'named'\nimport smoke from '${scenarioFile}'\n${more}\nexport default defineScenario({ ...smoke, name })\n`)
    return project(file)
  }

  async function startWith(file: string): Promise<StartedServers> {
    const run = await makeRun()
    const shop = await projectImage({ ...options, systemFile: file, files: [] })
    expect(shop.image).toMatch(/^floodmark-project\/acme-test-shop:[0-9a-f]{12}$/)
    return await startTestServers(startServersContainer(run, shop, 1), { scenarioFile: file })
  }

  test('the scenario and all that it imports are there, whatever .dockerignore says', async () => {
    const { url, servers, stop } = await startWith(writeScenario('chaos/sound.ts'))
    expect((await deliver(url, item(20))).status).toBe(200)
    expect(await servers.flush()).toMatchObject({ unexpected: 0 })
    await stop()
  })

  test('one that cannot be loaded there is told in its own words', async () => {
    await expect(startWith(writeScenario('chaos/unsound.ts', "throw new Error('here of all places')"))).rejects.toMatchObject({
      exit: 'usage',
      evidence: expect.arrayContaining([expect.stringContaining('here of all places')]),
    })
  })
})
