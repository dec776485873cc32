// The yardstick: the least that a client can do on Node's sockets. What anyone costs beyond it is their own doing, what they cost below it Node's not.
import { fileURLToPath } from 'node:url'

import type { BareLoop } from './bare-loop-main.ts'
import type { Peer } from './peer.ts'

/** `repeats` sends one webhook over and over, as the peers do; `signs` makes and signs each, as the native engine does. Neither keeps a schedule, a deadline or a record. */
export async function openBareLoop(each: BareLoop['each']): Promise<Peer> {
  return {
    name: `bare loop, ${each}`,
    version: process.version,
    flatOut({ url }, connections) {
      const loop: BareLoop = { url, connections, each }
      return { command: process.execPath, args: [fileURLToPath(new URL('./bare-loop-main.ts', import.meta.url)), JSON.stringify(loop)] }
    },
  }
}
