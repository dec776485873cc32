// The configuration of a NATS server with JetStream: the same for a process and for a container, wherever they listen.

export interface NatsSetting {
  name: string
  /** `host:port` for clients. */
  listen: string
  /** `host:port` where it says what state it is in. */
  monitor?: string
  /** Folder of its store. */
  store: string
  syncInterval: string
  cluster?: ClusterSetting
}

/** A node's place in its cluster. */
export interface ClusterSetting {
  name: string
  /** `host:port` for the routes of others. */
  listen: string
  /** `host:port` to reach each other node at, in the order of the nodes; undefined for those that connect to this one. */
  others: readonly (string | undefined)[]
}

/** The file's text. The limits are far above what a run can use: which one binds is the stream's business, not the server's. */
export function natsConfiguration({ name, listen, monitor, store, syncInterval, cluster }: NatsSetting): string {
  const lines = [
    `server_name: ${JSON.stringify(name)}`,
    `listen: "${listen}"`,
    ...(monitor === undefined ? [] : [`http: "${monitor}"`]),
    // Webhook bodies can pass the default of 1 MB (DOMAIN.md 1.2).
    'max_payload: 8MB',
    'jetstream {',
    `  store_dir: ${JSON.stringify(store)}`,
    `  sync_interval: ${JSON.stringify(syncInterval)}`,
    '  max_memory_store: 64GB',
    '  max_file_store: 1TB',
    '}',
    ...(cluster ? clusterLines(cluster) : []),
  ]
  return `${lines.join('\n')}\n`
}

/**
 * Nobody may learn an address that goes past the links. Clients are told of no other node (`no_advertise`). Nodes are: each passes on what the others advertise,
 * so what is advertised is an address where nothing listens. The higher-numbered of two nodes never connects, and has that same address for the other: a
 * node works out the size of its cluster from the number of its routes.
 */
function clusterLines({ name, listen, others }: ClusterSetting): string[] {
  const routes = others.map((address, index) => `nats-route://${address ?? nowhere(index)}`)
  return [
    'cluster {',
    `  name: ${JSON.stringify(name)}`,
    `  listen: "${listen}"`,
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
