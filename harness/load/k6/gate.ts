// Where k6 waits for the flood: its users are made and its script has asked, at a port of loopback, when to begin. The answer is the start.
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
  url: string
  /** Resolves when k6 has asked. */
  reached: Promise<void>
  open(start: Start): void
  close(): Promise<void>
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

export async function openGate(): Promise<Gate> {
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
    open: start => void waiting?.end(JSON.stringify(start)),
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
