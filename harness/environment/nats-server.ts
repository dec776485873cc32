import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Component } from '../scenario/system.ts'
import { goEnvironment } from './go-runtime.ts'
import type { Launch } from './launch.ts'
import { natsProbe } from './probes.ts'

/** A NATS server with JetStream on loopback, its store and its configuration in `folder`. */
export function natsLaunch(name: string, { storage, syncInterval }: Extract<Component, { kind: 'nats' }>, { binary, folder, port }: { binary: string; folder: string; port: number }): Launch {
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
      await writeFile(configuration, configurationText(name, port, store, syncInterval))
    },
    probe: natsProbe(port),
  }
}

/** The limits are far above what a run can use: which one binds is the stream's business, not the server's. */
function configurationText(name: string, port: number, store: string, syncInterval: string): string {
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
    '',
  ].join('\n')
}
