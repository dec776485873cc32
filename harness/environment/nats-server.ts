import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Component } from '../scenario/system.ts'
import { goEnvironment } from './go-runtime.ts'
import type { ProcessLaunch } from './launch.ts'
import { natsNodeProbe, natsProbe } from './probes.ts'
import type { NodePorts } from './routes.ts'

/** A node's place in its cluster. */
export interface NodePlace extends NodePorts {
  cluster: string
  /** `host:port` to reach each other node at, in the order of the nodes; undefined for those that connect to this one. */
  others: readonly (string | undefined)[]
}

/** A NATS server with JetStream on loopback, alone or as a node of a cluster, its store and its configuration in `folder`. */
export function natsLaunch(name: string, { storage, syncInterval }: Extract<Component, { kind: 'nats' }>, { binary, folder, port, place }: { binary: string; folder: string; port: number; place?: NodePlace }): ProcessLaunch {
  const store = join(folder, 'jetstream')
  const configuration = join(folder, 'nats.conf')
  return {
    name,
    command: binary,
    args: ['--config', configuration],
    cwd: folder,
    env: goEnvironment(),
    stopSignal: 'SIGTERM',
    async prepare() {
      // Streams that a program asked to keep on file are gone as well, as they would be with a queue that has no disk.
      if (storage === 'memory') await rm(store, { recursive: true, force: true })
      await mkdir(store, { recursive: true })
      await writeFile(configuration, [...serverLines(name, port, store, syncInterval), ...(place ? clusterLines(place) : []), ''].join('\n'))
    },
    // The state of its cluster is for the cluster to say: a node that is cut off is up all the same.
    probe: place ? natsNodeProbe(`127.0.0.1:${port}`) : natsProbe(`127.0.0.1:${port}`),
  }
}

/** The limits are far above what a run can use: which one binds is the stream's business, not the server's. */
function serverLines(name: string, port: number, store: string, syncInterval: string): string[] {
  return [
    `server_name: ${JSON.stringify(name)}`,
    `listen: "127.0.0.1:${port}"`,
    // Webhook bodies can pass the default of 1 MB (DOMAIN.md 1.2).
    'max_payload: 8MB',
    'jetstream {',
    `  store_dir: ${JSON.stringify(store)}`,
    `  sync_interval: ${JSON.stringify(syncInterval)}`,
    '  max_memory_store: 64GB',
    '  max_file_store: 1TB',
    '}',
  ]
}

/**
 * Nobody may learn an address that goes past the links. Clients are told of no other node (`no_advertise`). Nodes are: each passes on what the others advertise,
 * so what is advertised is an address where nothing listens. The higher-numbered of two nodes never connects, and has that same address for the other: a
 * node works out the size of its cluster from the number of its routes.
 */
function clusterLines({ cluster, route, monitor, others }: NodePlace): string[] {
  const routes = others.map((address, index) => `nats-route://${address ?? nowhere(index)}`)
  return [
    `http: "127.0.0.1:${monitor}"`,
    'cluster {',
    `  name: ${JSON.stringify(cluster)}`,
    `  listen: "127.0.0.1:${route}"`,
    `  advertise: "${nowhere(0)}"`,
    '  no_advertise: true',
    `  routes: ${JSON.stringify(routes)}`,
    '}',
  ]
}

/** Loopback ports of long gone services: a connection is refused at once. One each, as the server warns of the same route twice. */
function nowhere(index: number): string {
  return `127.0.0.1:${index + 1}`
}
