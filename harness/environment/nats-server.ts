import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Component } from '../scenario/system.ts'
import { goEnvironment } from './go-runtime.ts'
import type { ProcessLaunch } from './launch.ts'
import { natsConfiguration, type ClusterSetting } from './nats-configuration.ts'
import { natsNodeProbe, natsProbe } from './probes.ts'

export interface NatsPlace {
  binary: string
  /** Its store and its configuration are in it. */
  folder: string
  port: number
  /** Of a node: where it says what state it is in, and its place among the others. */
  node?: { monitor: string; cluster: ClusterSetting }
}

/** A NATS server with JetStream on loopback, alone or as a node of a cluster. */
export function natsLaunch(name: string, { storage, syncInterval }: Extract<Component, { kind: 'nats' }>, { binary, folder, port, node }: NatsPlace): ProcessLaunch {
  const store = join(folder, 'jetstream')
  const configuration = join(folder, 'nats.conf')
  const listen = `127.0.0.1:${port}`
  return {
    name,
    command: binary,
    args: ['--config', configuration],
    cwd: folder,
    env: { ...process.env, ...goEnvironment() },
    stopSignal: 'SIGTERM',
    async prepare() {
      // Streams that a program asked to keep on file are gone as well, as they would be with a queue that has no disk.
      if (storage === 'memory') await rm(store, { recursive: true, force: true })
      await mkdir(store, { recursive: true })
      await writeFile(configuration, natsConfiguration({ name, listen, store, syncInterval, ...node }))
    },
    // The state of its cluster is for the cluster to say: a node that is cut off is up all the same.
    probe: node ? natsNodeProbe(listen) : natsProbe(listen),
  }
}
