// Where k6 waits for the flood: its users are made and its script has asked when to begin. The answer is the start. Where k6 is a process of this machine the gate is a port of loopback.
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { monotonicMs } from '../../clock.ts'

/** The start of the flood on the calendar, and what its webhooks count `created_at` from. Both ms since 1970, the first exact to some microseconds. */
export interface Start {
  startWallMs: number
  createdFromMs: number
}

export interface Gate {
  /** Resolves when k6 has asked. */
  readonly reached: Promise<void>
  /** Throws where k6 cannot be told. */
  open(start: Start): Promise<void>
  close(): Promise<void>
}

/** The start in the words of k6's own API (api/v1/setup_jsonapi.go), which is the gate where k6 runs in a container. */
export interface GateAnswer {
  data: { attributes: { data: Start } }
}

/** Each may be disturbed by whatever else runs here, and is then too late. */
const readings = 5

/** What the calendar is ahead of the shared monotonic clock, ms: read where its whole ms tick, so good to some microseconds. Takes some ms. */
export function calendarLeadMs(): number {
  let leadMs = Number.NEGATIVE_INFINITY
  for (let reading = 0; reading < readings; reading++) {
    const before = Date.now()
    let now = before
    while (now === before) now = Date.now()
    leadMs = Math.max(leadMs, now - monotonicMs())
  }
  return leadMs
}

/** Opens it on loopback; `url` is what the script is to ask. */
export async function openGate(): Promise<Gate & { url: string }> {
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>()
  let waiting: ServerResponse | undefined
  const server = createServer((_, response) => {
    waiting = response
    reach()
  })
  // It may be asked long before the flood begins.
  server.requestTimeout = 0
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/start`,
    reached,
    async open(start) {
      waiting?.end(JSON.stringify({ data: { attributes: { data: start } } } satisfies GateAnswer))
    },
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
