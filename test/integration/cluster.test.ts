import { StorageType, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { monotonicMs, until } from '../../harness/clock.ts'
import type { Cluster, Environment } from '../../harness/environment/environment.ts'
import { toxiproxyAt } from '../../harness/environment/toxiproxy.ts'
import { openJournal, type Journal } from '../../harness/faults/journal.ts'
import { arrangeClustered } from '../fixtures/faults/clustered.ts'

const folder = mkdtempSync(join(tmpdir(), 'floodmark-cluster-'))
let journal: Journal
let environment: Environment
let queue: Cluster
let client: NatsConnection
let manager: JetStreamManager

/** The addresses that the intake was given: a proxy for each node. */
function addresses(): string[] {
  return queue.nodes.map(node => environment.links.get(`intake->${node}`)!.listen)
}

async function publish(): Promise<void> {
  await manager.jetstream().publish('orders', 'one', { timeout: 2_000 })
}

beforeAll(async () => {
  journal = openJournal(folder)
  environment = await arrangeClustered({ folder, journal, signal: AbortSignal.timeout(120_000) })
  queue = environment.clusters.get('queue')!
  client = await connect({ servers: addresses(), maxReconnectAttempts: -1, reconnectTimeWait: 100, noRandomize: true })
  manager = await jetstreamManager(client)
  await manager.streams.add({ name: 'ORDERS', subjects: ['orders'], num_replicas: 3, storage: StorageType.File })
}, 120_000)

afterAll(async () => {
  await client?.close()
  await environment?.stop()
  journal.close()
  rmSync(folder, { recursive: true })
}, 30_000)

test('three nodes and two replicas, each a process with links of its own', async () => {
  expect([...environment.components.keys()].toSorted()).toEqual(['intake', 'queue-1', 'queue-2', 'queue-3', 'worker-1', 'worker-2'])
  expect([...environment.links.keys()]).toEqual([
    'platform->intake', 'intake->queue-1', 'intake->queue-2', 'intake->queue-3',
    'worker-1->queue-1', 'worker-1->queue-2', 'worker-1->queue-3', 'worker-2->queue-1', 'worker-2->queue-2', 'worker-2->queue-3', 'worker-1->analytics', 'worker-2->analytics',
    'queue-1->queue-2', 'queue-1->queue-3', 'queue-2->queue-3',
  ])
  expect(new Set([...environment.components.values()].map(component => component.pid)).size).toBe(6)
  for (const node of queue.nodes) expect(await queue.routesOf(node, 2_000)).toEqual(queue.nodes.filter(each => each !== node))
  await publish()
  const { cluster } = await manager.streams.info('ORDERS')
  expect([cluster!.leader, ...cluster!.replicas!.map(replica => replica.name)].toSorted()).toEqual(queue.nodes)
  expect(await queue.leader(2_000)).toEqual({ node: cluster!.leader, of: 'ORDERS' })
})

test('a client whose every link is cut is cut off: it has learned of no way past them', async () => {
  const links = queue.nodes.map(node => environment.links.get(`intake->${node}`)!)
  for (const { proxy } of links) await toxiproxyAt(proxy!.api).setEnabled(proxy!.name, false)
  const beganMs = monotonicMs()
  await expect(publish()).rejects.toThrow()
  // Longer than a client takes to try each address that it knows a few times.
  while (monotonicMs() - beganMs < 2_500) await expect(manager.jetstream().publish('orders', 'none', { timeout: 300 })).rejects.toThrow()
  for (const { proxy } of links) await toxiproxyAt(proxy!.api).setEnabled(proxy!.name, true)
  expect(client.info?.connect_urls ?? []).toEqual([])
  await until('a publish after the links are back', 10_000, async () => { await publish(); return true })
})

test('every route runs through a link, also those to nodes that come back', async () => {
  const proxied = new Set([...environment.links.values()].map(link => link.listen))
  // A node that comes back is told of to those that are about to connect to it by themselves.
  for (const node of ['queue-3', 'queue-2', 'queue-3']) {
    await environment.components.get(node)!.kill()
    await environment.components.get(node)!.restart()
    for (const each of queue.nodes) await until(`routes of ${each}`, 10_000, async () => (await queue.routesOf(each, 1_000)).length === 2 || undefined)
    for (const each of queue.nodes) expect((await dialled(each)).filter(address => !proxied.has(address))).toEqual([])
  }
})

/** The addresses that a node has connected to for its routes, in its own words. */
async function dialled(node: string): Promise<string[]> {
  const data = readdirSync(folder).find(name => name.startsWith('floodmark-data-'))!
  const [, monitor] = /http: "(.*)"/.exec(readFileSync(join(folder, data, node, 'nats.conf'), 'utf8'))!
  const { routes } = await (await fetch(`http://${monitor}/routez`)).json() as { routes: { did_solicit: boolean; ip: string; port: number }[] }
  return routes.filter(route => route.did_solicit).map(({ ip, port }) => `${ip}:${port}`)
}
