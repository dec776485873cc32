// Floodmark's own sender, as a peer of the others.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import type { NativeLoad, NativeReading } from './native-main.ts'
import type { Invocation, Peer } from './peer.ts'

/** More than it can send within one measurement, a minute of turns. */
const flatOutEvents = 4_000_000

export async function openNative(): Promise<Peer> {
  const { version } = JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8')) as { version: string }
  return {
    name: 'native',
    version,
    flatOut: ({ url, folder }, sockets) => start({ url, sockets, folder, events: flatOutEvents }),
    paced: ({ url, folder }, pace, sockets) => start({ url, sockets, folder, pace }),
    async reading(_target, _pace, output) {
      const { answer, startedAtMs, missing, leftOnTime } = JSON.parse(output) as NativeReading
      return { ...answer, startedAtMs, missing, leftOnTime }
    },
  }
}

function start(load: NativeLoad): Invocation {
  return { command: process.execPath, args: [fileURLToPath(new URL('./native-main.ts', import.meta.url)), JSON.stringify(load)] }
}
