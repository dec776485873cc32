import { StorageType, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { monotonicMs, until } from '../../harness/clock.ts'
import type { Cluster, Environment } from '../../harness/environment/environment.ts'
import { at } from '../../harness/faults/at.ts'
import { disturb } from '../../harness/faults/disturb.ts'
import type { FaultEvent, FaultRecord, FaultRequest, ResolvedFault } from '../../harness/faults/fault.ts'
import { probeFaultPaths } from '../../harness/faults/fault-paths.ts'
import { openJournal, readJournal, type Journal } from '../../harness/faults/journal.ts'
import { resolveFaults } from '../../harness/scenario/resolve-faults.ts'
import { arrangeClustered, clustered } from '../fixtures/faults/clustered.ts'

const folder = mkdtempSync(join(tmpdir(), 'floodmark-cluster-'))
const nodes = ['queue-1', 'queue-2', 'queue-3']
let journal: Journal
let environment: Environment
let queue: Cluster
let client: NatsConnection
let manager: JetStreamManager

beforeAll(async () => {
  journal = openJournal(folder)
  environment = await arrangeClustered({ folder, journal, signal: AbortSignal.timeout(180_000) })
  queue = environment.clusters.get('queue')!
  const servers = nodes.map(node => environment.links.get(`intake->${node}`)!.listen)
  client = await connect({ servers, maxReconnectAttempts: -1, reconnectTimeWait: 100 })
  manager = await jetstreamManager(client)
  await manager.streams.add({ name: 'ORDERS', subjects: ['orders'], num_replicas: 3, storage: StorageType.File })
}, 120_000)

afterAll(async () => {
  await client?.close()
  await environment?.stop()
  journal.close()
  rmSync(folder, { recursive: true })
}, 30_000)

async function publishes(timeout = 500): Promise<boolean> {
  return await manager.jetstream().publish('orders', 'one', { timeout }).then(() => true, () => false)
}

function untilPublishes(): Promise<boolean> {
  return until('a publish', 15_000, async () => (await publishes()) || undefined)
}

const pidsOf = (names: readonly string[]): (number | undefined)[] => names.map(name => environment.components.get(name)!.pid)

/** Runs faults as a scenario asks for them, and ends them once all have been observed and `during` is over. Each must have been proven, and be gone. */
async function disturbWith(requests: FaultRequest[], during: () => Promise<void> = async () => {}): Promise<FaultRecord[]> {
  const problems: string[] = []
  const faults = resolveFaults(requests, { system: clustered, floodMs: 60_000, links: 'toxiproxy', repair: false }, problems)
  expect(problems).toEqual([])
  for (const node of nodes) await until(`routes of ${node}`, 10_000, async () => (await queue.routesOf(node, 1_000)).length === 2 || undefined)
  expect(await probeFaultPaths(environment, faults)).toEqual([])
  const over = new AbortController()
  let unseen = faults.length
  let inForce: Promise<void> | undefined
  const records = await runFaults(faults, over.signal, event => {
    if (event.kind !== 'observed') return
    unseen -= 1
    if (unseen === 0) inForce = during().finally(() => over.abort())
  })
  for (const record of records) expect(record).toMatchObject({ installedAt: expect.any(Number), observedAt: expect.any(Number), healedAt: expect.any(Number) })
  await inForce
  await untilPublishes()
  return records
}

async function runFaults(faults: ResolvedFault[], signal: AbortSignal, onEvent: (event: FaultEvent) => void): Promise<FaultRecord[]> {
  const records = await disturb({ environment, faults, journal, signal, floodStartedAtMs: monotonicMs(), counters: () => ({ refused: 0, indeterminate: 0 }), onEvent })
  expect(readJournal(folder).undone.map(({ step }) => step).filter(step => step.do === 'enable-proxy')).toEqual([])
  return records
}

test('the leader killed: another node leads, publishing goes on, and the record names who died', async () => {
  await publishes()
  const before = await queue.leader(2_000)
  const [record] = await disturbWith([at('0s').killLeader('buffer').for('20s')], async () => {
    expect((await queue.leader(2_000)).node).not.toBe(before.node)
    await untilPublishes()
    expect(environment.components.get(before.node)!.pid).toBeUndefined()
  })
  expect(record).toMatchObject({ target: 'queue', observedBy: 'probe' })
  expect(record.evidence.join('\n')).toMatch(new RegExp(`before: ${before.node} leads ORDERS\\n.*installed: ${before.node} led ORDERS: SIGKILL[^]*; now queue-\\d leads ORDERS`))
})

test('a node isolated has no route to any other, the others go on, and it comes back', async () => {
  const [record] = await disturbWith([at('0s').isolate('buffer-2').for('20s')], async () => {
    expect(await queue.routesOf('queue-2', 1_000)).toEqual([])
    expect(await queue.routesOf('queue-1', 1_000)).toEqual(['queue-3'])
  })
  expect(record).toMatchObject({ target: 'queue-2', observedBy: 'probe' })
})

test('two of three gone: no publish is taken until they are back', async () => {
  const survivor = pidsOf(['queue-3'])
  const [record] = await disturbWith([at('0s').kill('buffer', { count: 2 }).for('20s')], async () => {
    expect(await publishes(1_000)).toBe(false)
    expect(pidsOf(nodes)).toEqual([undefined, undefined, ...survivor])
  })
  expect(record.evidence.join('\n')).toMatch(/queue-1: SIGKILL.*; queue-2: SIGKILL/)
})

test('a rolling restart gives every node a new process, each after the one before it is in sync', async () => {
  const before = pidsOf(nodes)
  const [record] = await disturbWith([at('0s').rollingRestart('buffer').for('20s')])
  expect(record.evidence.join('\n')).toMatch(/observed: queue-1 exited with code 0 .*; queue-2 exited with code 0 .*; queue-3 exited with code 0/)
  for (const [index, pid] of pidsOf(nodes).entries()) expect(pid).not.toBe(before[index])
})

test('a rolling restart that is called off leaves every node up', async () => {
  const off = new AbortController()
  const fault: ResolvedFault = { id: 'off', kind: 'rollingRestart', target: 'queue', members: nodes, parameters: {}, atMs: 0, forMs: 20_000 }
  const [record] = await runFaults([fault], off.signal, event => event.kind === 'installed' && off.abort())
  expect(record).toMatchObject({ observedAt: null, healedAt: expect.any(Number) })
  for (const node of nodes) await queue.inSync(node, 2_000)
})

test('a fault on the links to a component is one on the links to each of its nodes, and replicas die together or alone', async () => {
  const [, second] = pidsOf(['worker-1', 'worker-2'])
  const records = await disturbWith([at('0s').cut('intake->buffer').for('20s'), at('0s').kill('worker', { count: 1 }).for('20s')], async () => {
    expect(await publishes()).toBe(false)
    expect(pidsOf(['worker-1', 'worker-2'])).toEqual([undefined, second])
  })
  expect(records.map(record => record.target)).toEqual(['intake->queue', 'worker'])
  await disturbWith([at('0s').kill('worker').for('20s'), at('0s').deploy('intake', { grace: '3s' }).for('20s')], async () => {
    expect(pidsOf(['worker-1', 'worker-2', 'intake'])).toEqual([undefined, undefined, undefined])
  })
})

test('a program that ignores SIGTERM is killed after its grace, and one that nobody can ask is seen to stand still', async () => {
  await fetch(`${environment.intakeUrl}/stay`)
  const [deploy, pause] = await disturbWith([at('0s').deploy('intake', { grace: '300ms' }).for('20s'), at('0s').pause('worker').for('20s')])
  expect(deploy.evidence.join('\n')).toMatch(/observed: process \d+ had not ended 300 ms after SIGTERM, so it was killed/)
  expect(pause.evidence.join('\n')).toMatch(/observed: .*the kernel still answers for it .* no process of it had any CPU for 300 ms/)
})
