// The port that one of the harness's servers listens on, which a fault may close for a while.
import type { Server } from 'node:http'
import type { AddressInfo, Server as NetServer } from 'node:net'
import { until } from '../clock.ts'

/** A port outside the kernel's range for outgoing connections is not taken meanwhile; where there is none (free-port.ts), one may hold it for a while. */
const reopenLimitMs = 5_000

/** Listens; resolves with the port. */
export async function listen(server: NetServer, host: string, port = 0): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return (server.address() as AddressInfo).port
}

/** Ends every connection at once and refuses new ones. */
export async function refuse(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = new Promise<unknown>(resolve => server.close(resolve))
  server.closeAllConnections()
  await closed
}

/** Listens again on the same port. Does nothing where it does. */
export async function reopen(server: Server, host: string, port: number): Promise<void> {
  await until(`port ${port} to be free again`, reopenLimitMs, async () => server.listening ? port : await listen(server, host, port))
}
