// Arranging: a port of its own on loopback for every component and every link.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'

const tries = 200
const highest = 65_535
// Below this live well-known services, which may be down just now and want their port back.
const lowest = 15_000

/**
 * Hands out free ports on loopback, none twice. They lie outside the range that the kernel takes the ports of outgoing connections from: a
 * component that is killed and started again must find its port free, and in that range any connection could have taken it meanwhile.
 */
export function createPortPicker(): () => Promise<number> {
  const [from, to] = ephemeralRange()
  const given = new Set<number>()
  return async () => {
    for (let attempt = 0; attempt < tries; attempt += 1) {
      const port = lowest + Math.floor(Math.random() * (highest - lowest + 1))
      if ((port >= from && port <= to) || given.has(port)) continue
      given.add(port)
      if (await isFree(port)) return port
    }
    throw new Error(`no free port on 127.0.0.1 after ${tries} tries between ${lowest} and ${highest}, outside ${from} to ${to}`)
  }
}

/** Whether a server could listen on it right now. */
export async function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

function ephemeralRange(): [number, number] {
  try {
    const [from, to] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').trim().split(/\s+/).map(Number)
    // Where the range was widened to nearly all ports there is no room beside it: the bind check alone has to do.
    return to - from < highest - lowest - 5_000 ? [from, to] : [0, 0]
  } catch {
    return [32_768, 60_999]
  }
}
