// autocannon, by its own API in a process of its own: one constant body.
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

import type { AutocannonLoad, AutocannonReading } from './autocannon-main.ts'
import type { Invocation, Peer } from './peer.ts'

export async function openAutocannon(): Promise<Peer> {
  const { version } = createRequire(import.meta.url)('autocannon/package.json') as { version: string }
  return {
    name: 'autocannon',
    version,
    flatOut: ({ url, bodyFile, headers }, connections) => start({ url, bodyFile, headers, connections, seconds: 600 }),
    // It knows one rate for a whole run.
    paced: ({ url, bodyFile, headers }, { from, to, forMs }, connections) => from === to ? start({ url, bodyFile, headers, connections, seconds: forMs / 1_000, rate: from }) : undefined,
    async reading(_target, _pace, output) {
      return JSON.parse(output) as AutocannonReading
    },
  }
}

function start(load: AutocannonLoad): Invocation {
  return { command: process.execPath, args: [fileURLToPath(new URL('./autocannon-main.ts', import.meta.url)), JSON.stringify(load)] }
}
