// What faults do to components in containers, on a real engine: each is seen installed, observed and healed.
import { jetstreamManager, type JetStreamClient } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { monotonicMs, sleep } from '../../harness/clock.ts'
import { http, nats, node, postgres } from '../../harness/environment/components.ts'
import type { Death, Environment, StartedComponent } from '../../harness/environment/environment.ts'
import { environments } from '../../harness/environment/environments.ts'
import type { Ground } from '../../harness/environment/ground.ts'
import { disturb } from '../../harness/faults/disturb.ts'
import type { FaultKind, FaultRecord, ResolvedFault } from '../../harness/faults/fault.ts'
import { probeFaultPaths } from '../../harness/faults/fault-paths.ts'
import { openJournal, type Journal } from '../../harness/faults/journal.ts'
import { faultKinds } from '../../harness/faults/registry.ts'
import { defineSystem } from '../../harness/scenario/define.ts'

const system = defineSystem({
  components: {
    queue: nats(),
    ledger: postgres(),
    intake: node('../fixtures/faults/greedy.ts', { env: ({ host, port, to }) => ({ HOST: host, PORT: port, QUEUE: to('queue'), LEDGER: to('ledger') }), ready: http('/healthz') }),
  },
  roles: { intake: 'intake', buffer: 'queue', store: 'ledger' },
  intake: { path: '/', secret: 'secret' },
  destinations: {},
  correlate: () => [],
})

const file = fileURLToPath(import.meta.url)
const folder = mkdtempSync(join(tmpdir(), 'floodmark-contained-faults-'))
const { signal } = new AbortController()
const deaths: Death[] = []
let journal: Journal
let ground: Ground
let environment: Environment

beforeAll(async () => {
  journal = openJournal(folder)
  const common = { system, folder, journal, signal, links: 'toxiproxy', progress: () => {} } as const
  const faults = [fault('fillDisk', 'queue', { size: '64MB' }), fault('fillDisk', 'ledger', { size: '256MB' })]
  ground = await environments.containers.prepare({ ...common, faults, scenarioFile: file, systemFile: null, engine: 'native', runId: `faults-${randomUUID()}` })
  environment = await ground.arrange({ ...common, timeScale: 1, secret: 'secret', nextSecret: 'next secret', adminToken: 'token', topics: [], servers: { admin: '127.0.0.1:1', destinations: {} }, allowedHosts: [] })
  environment.onDeath(death => deaths.push(death))
}, 180_000)

afterAll(async () => {
  await environment?.stop()
  await ground?.stop()
  journal.close()
  rmSync(folder, { recursive: true })
}, 60_000)

/** A fault from 0.3 s into the schedule on. */
function fault(kind: string, target: string, parameters: ResolvedFault['parameters'] = {}, forMs = 3_000): ResolvedFault {
  return { id: `${kind} ${target}`, kind, target, parameters, atMs: 300, forMs }
}

/** Runs one fault while `work` is done over and over, whatever comes of that, and tells what was recorded. */
async function run(asked: ResolvedFault, work: () => Promise<unknown> = () => sleep(50), kind?: FaultKind<any>): Promise<FaultRecord> {
  let over = false
  const working = (async () => {
    while (!over) {
      await work().catch(() => {})
      await sleep(20)
    }
  })()
  const options = { environment, journal, signal, floodStartedAtMs: monotonicMs(), counters: () => ({ refused: 0, indeterminate: 0 }), onEvent: () => {} }
  const [record] = await disturb({ ...options, faults: [asked], ...(kind ? { kinds: { ...faultKinds, [asked.kind]: kind } } : {}) })
  over = true
  await working
  return record
}

const proven = { installedAt: expect.any(Number), observedAt: expect.any(Number), healedAt: expect.any(Number) }
const component = (name: string): StartedComponent => environment.components.get(name)!

async function ask(path: string): Promise<unknown> {
  return await (await fetch(new URL(path, environment.intakeUrl), { signal: AbortSignal.timeout(2_000) })).text()
}

async function withQueue<T>(work: (client: JetStreamClient) => Promise<T>): Promise<T> {
  const connection = await connect({ servers: environment.links.get('intake->queue')!.probeAt, reconnect: false, timeout: 1_000 })
  try {
    const manager = await jetstreamManager(connection, { timeout: 1_000 })
    await manager.streams.add({ name: 'ORDERS', subjects: ['orders'] })
    return await work(manager.jetstream())
  } finally {
    await connection.close()
  }
}

test('the paths of all of them can be probed beforehand', async () => {
  expect(await probeFaultPaths(environment, [fault('limitCpu', 'intake', { to: 0.1 }), fault('limitMemory', 'intake', { to: '64MB' }), fault('disconnect', 'queue'), fault('fillDisk', 'queue')])).toEqual([])
}, 30_000)

describe('limitCpu', () => {
  const burn = (): Promise<unknown> => ask('/burn?amount=200')

  test('keeps a component that wants CPU waiting for it, and lets go', async () => {
    const record = await run(fault('limitCpu', 'intake', { to: 0.1 }), burn)
    expect(record).toMatchObject({ ...proven, observedBy: 'probe', evidence: expect.arrayContaining([expect.stringMatching(/kept it waiting for CPU in \d+ of \d+ periods/)]) })
    const beganMs = monotonicMs()
    await burn()
    // Under the limit this took two seconds of waiting.
    expect(monotonicMs() - beganMs).toBeLessThan(1_500)
    expect(await component('intake').container!.limits()).toEqual({ processors: null, memoryBytes: null })
  }, 30_000)

  test('of one that wants none is not observed', async () => {
    const { observedAt, healedAt } = await run(fault('limitCpu', 'queue', { to: 2 }))
    expect(observedAt).toBeNull()
    expect(healedAt).not.toBeNull()
  }, 30_000)
})

describe('limitMemory', () => {
  const keep = (): Promise<unknown> => ask('/keep?amount=10')

  test('kills a component that needs more, again and again, and each death is asked for', async () => {
    const record = await run(fault('limitMemory', 'intake', { to: '96MB' }, 5_000), keep)
    expect(record).toMatchObject({ ...proven, observedBy: 'exit', evidence: expect.arrayContaining(['observed: the kernel killed it for want of memory (exit code 137)']) })
    expect(Number(/after (\d+) deaths/.exec(record.evidence.at(-1)!)![1])).toBeGreaterThan(1)
    expect(deaths).toEqual([])
    await ask('/keep?amount=200')
    expect(await component('intake').probe(2_000)).toBeTruthy()
  }, 60_000)

  test('of one that needs less is not observed, and a death after it is a finding', async () => {
    expect(await run(fault('limitMemory', 'queue', { to: '1GB' }))).toMatchObject({ installedAt: expect.any(Number), observedAt: null, healedAt: expect.any(Number) })
    await ask('/die').catch(() => {})
    await expect.poll(() => deaths.map(({ name }) => name), { timeout: 5_000 }).toEqual(['intake'])
    await component('intake').restart()
  }, 60_000)
})

describe('disconnect', () => {
  test.each(['queue', 'ledger', 'intake'])('%s runs on, and nothing reaches it until it is joined again', async target => {
    const life = component(target).life!
    const record = await run(fault('disconnect', target))
    expect(record).toMatchObject({ ...proven, observedBy: 'probe' })
    expect(life.runs()).toBe(true)
    expect(await component(target).probe(2_000)).toBeTruthy()
  }, 30_000)

  test('that did not happen is not observed', async () => {
    const { installedAt, observedAt } = await run(fault('disconnect', 'queue'), undefined, { ...faultKinds.disconnect, install: async () => 'nothing', probeInstalled: async () => 'believed' })
    expect(installedAt).not.toBeNull()
    expect(observedAt).toBeNull()
  }, 30_000)
})

describe('fillDisk', () => {
  const store = (): Promise<unknown> => withQueue(client => client.publish('orders', Buffer.alloc(32 * 1024), { timeout: 1_000 }))

  test('a queue cannot store anything, says so, and can again when there is room', async () => {
    await store()
    const record = await run(fault('fillDisk', 'queue', { size: '64MB' }, 4_000), store)
    expect(record).toMatchObject({ ...proven, observedBy: 'traffic', evidence: expect.arrayContaining([expect.stringMatching(/observed: queue says: .*no space left on device/)]) })
    expect(await store()).toMatchObject({ stream: 'ORDERS' })
    expect(deaths.filter(({ name }) => name !== 'intake')).toEqual([])
  }, 60_000)

  test('of a component that writes nothing is not observed', async () => {
    expect(await run(fault('fillDisk', 'ledger', { size: '256MB' }))).toMatchObject({ installedAt: expect.any(Number), observedAt: null, healedAt: expect.any(Number) })
  }, 60_000)
})
