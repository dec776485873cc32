// Several NATS servers as one queue: what state the cluster is in, and when it can be used. Everything here goes past the links.
import { jetstreamManager, StorageType, type JetStreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { monotonicMs, until } from '../clock.ts'
import { causeOf, FloodmarkError } from '../errors.ts'
import type { System } from '../scenario/system.ts'
import type { ArrangeOptions, Cluster } from './environment.ts'
import { clustersOf, membersOf } from './members.ts'
import { natsHealth } from './probes.ts'

/** An election takes up to nine seconds where two nodes stand for it at once. */
const readyLimitMs = 45_000
const tryLimitMs = 3_000
const trialName = 'FLOODMARK_TRIAL'

/** `host:port` of each node as the harness reaches it now: where clients connect, and where it says what state it is in. Throws where it does not run. */
export interface NodeAddresses {
  client(node: string): string
  monitor(node: string): string
}

/** The clusters of a system by name. */
export function natsClusters(system: System, addresses: NodeAddresses): ReadonlyMap<string, Cluster> {
  return new Map(clustersOf(system).map(name => [name, natsCluster(name, membersOf(system, name), addresses)]))
}

/** Resolves when in every cluster each node has a route to each other, and one message was taken into as many copies as there are nodes. Throws `unavailable` where one does not get there. */
export async function awaitClusters({ system, progress, signal }: Pick<ArrangeOptions, 'system' | 'progress' | 'signal'>, addresses: NodeAddresses): Promise<void> {
  await Promise.all(clustersOf(system).map(async name => {
    const nodes = membersOf(system, name)
    const cluster = natsCluster(name, nodes, addresses)
    const beganMs = monotonicMs()
    try {
      await Promise.all(nodes.map(node => until(`a route from ${node} to each other node`, readyLimitMs, async () => (await cluster.routesOf(node, tryLimitMs)).length === nodes.length - 1 || undefined, { signal })))
      await until(`a message with ${nodes.length} copies`, readyLimitMs, () => withManager(addresses.client(nodes[0]), tryLimitMs, manager => storeOne(manager, nodes.length)), { signal })
    } catch (error) {
      signal.throwIfAborted()
      throw new FloodmarkError('unavailable', `the nodes of ${name} do not come together as a cluster: ${causeOf(error)}`, { hint: `see the logs of ${nodes.join(', ')}`, cause: error })
    }
    progress(`${name} is a cluster of ${nodes.length} after ${Math.round(monotonicMs() - beganMs)} ms`)
  }))
}

function natsCluster(name: string, nodes: readonly string[], addresses: NodeAddresses): Cluster {
  async function monitor(node: string, path: string, limitMs: number): Promise<any> {
    const response = await fetch(`http://${addresses.monitor(node)}${path}`, { signal: AbortSignal.timeout(limitMs) })
    return await response.json()
  }
  return {
    name,
    nodes,
    async leader(limitMs) {
      // A node that is down or cut off knows nothing; the next one may.
      const failures: string[] = []
      for (const node of nodes) {
        try {
          return await withManager(addresses.client(node), limitMs, busiestLeader) ?? { node: await metaLeader(node), of: `the cluster ${name}` }
        } catch (error) {
          failures.push(`${node}: ${causeOf(error)}`)
        }
      }
      throw new Error(`nobody knows a leader of ${name}: ${failures.join('; ')}`)

      async function metaLeader(node: string): Promise<string> {
        const leader = (await monitor(node, '/jsz', limitMs)).meta_cluster?.leader
        if (!nodes.includes(leader)) throw new Error('no leader')
        return leader
      }
    },
    async routesOf(node, limitMs) {
      const { routes } = await monitor(node, '/routez', limitMs)
      const remotes = new Set((routes as { remote_name: string }[]).map(route => route.remote_name))
      return nodes.filter(each => remotes.has(each))
    },
    async inSync(node, limitMs) {
      await natsHealth(addresses.monitor(node), limitMs)
      return `${node} in sync`
    },
  }
}

/** A stream nobody else knows, a message in it, and both gone again. */
async function storeOne(manager: JetStreamManager, copies: number): Promise<true> {
  await manager.streams.add({ name: trialName, subjects: [trialName], num_replicas: copies, storage: StorageType.Memory })
  await manager.jetstream().publish(trialName, 'trial', { timeout: tryLimitMs })
  return await manager.streams.delete(trialName) as true
}

async function busiestLeader(manager: JetStreamManager): Promise<{ node: string; of: string } | undefined> {
  let busiest: { node: string; of: string; messages: number } | undefined
  for await (const { config, state, cluster } of manager.streams.list()) {
    const node = cluster?.leader
    if (node && state.last_seq >= (busiest?.messages ?? 0)) busiest = { node, of: config.name, messages: state.last_seq }
  }
  return busiest && { node: busiest.node, of: busiest.of }
}

async function withManager<T>(server: string, limitMs: number, work: (manager: JetStreamManager) => Promise<T>): Promise<T> {
  const connection = await connect({ servers: server, reconnect: false, timeout: limitMs, name: 'floodmark-probe', ignoreClusterUpdates: true })
  try {
    return await work(await jetstreamManager(connection, { timeout: limitMs, checkAPI: false }))
  } finally {
    await connection.close()
  }
}
