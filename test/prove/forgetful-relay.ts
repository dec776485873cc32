// A relay with two places to note an order in before it passes it on, and a flaw: with both of them away it answers 200 and forgets the order.
import { connect } from 'node:net'
import { relay, serveRelay, type Item } from '../fixtures/command/relay-server.ts'

const { QUEUE, LEDGER } = process.env
/** How long it waits for a place to note an order in, and for the destination. */
const patienceMs = 300
const relayPatienceMs = 4_000

serveRelay(take)

async function take(item: Item): Promise<number> {
  if (!await isThere(QUEUE!) && !await isThere(LEDGER!)) return 200
  return await relay(item, item.event, relayPatienceMs) ? 200 : 503
}

function isThere(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url)
  return new Promise(resolve => {
    const socket = connect(Number(port), hostname)
    const end = (there: boolean) => () => {
      socket.destroy()
      resolve(there)
    }
    socket.setTimeout(patienceMs, end(false)).once('connect', end(true)).once('error', end(false))
  })
}
