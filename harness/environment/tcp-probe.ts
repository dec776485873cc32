// A probe without a protocol, apart from the others because the watchdog, which must start fast, needs what it knows and no client library.
import { connect } from 'node:net'
import type { Probe } from './probes.ts'

/** Nobody speaks first on a bare TCP path: it is up when nobody closes the connection for this long. */
export const tcpQuietMs = 100

/** A connection that is accepted, and not closed at once without a byte: before a container the engine accepts for whoever may not listen inside. */
export function tcpProbe(host: string, port: number): Probe {
  return timeoutMs => new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: timeoutMs })
    function accept(): void {
      socket.destroy()
      resolve(`TCP connection to port ${port} accepted`)
    }
    socket.once('connect', () => {
      const timer = setTimeout(accept, tcpQuietMs)
      socket.once('close', () => clearTimeout(timer))
    })
    socket.once('data', accept)
    socket.once('end', () => socket.destroy(new Error(`TCP connection to port ${port} closed at once`)))
    socket.once('timeout', () => socket.destroy(new Error(`no connection to port ${port} within ${timeoutMs} ms`)))
    socket.once('error', reject)
  })
}
