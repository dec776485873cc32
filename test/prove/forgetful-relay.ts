// A relay with two places to note an order in before it passes it on, and a flaw: with both of them away it answers 200 and forgets the order.
import { createServer } from 'node:http'
import { connect } from 'node:net'

const { PORT, CRM_URL, QUEUE, LEDGER } = process.env
const patienceMs = 300

createServer(async (request, response) => {
  if (request.url === '/healthz') return response.end('ok')
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const order = JSON.parse(Buffer.concat(chunks).toString())
  response.statusCode = await take({ event: String(request.headers['x-shopify-event-id']), amount: order.total_price, currency: order.currency })
  response.end()
}).listen(Number(PORT), '127.0.0.1')

async function take(item: { event: string; amount: string; currency: string }): Promise<number> {
  if (!await isThere(QUEUE!) && !await isThere(LEDGER!)) return 200
  const body = JSON.stringify([{ ...item, messageId: item.event }])
  const answer = await fetch(`${CRM_URL}/v1/batch`, { method: 'POST', body, signal: AbortSignal.timeout(4_000) }).catch(() => undefined)
  return answer?.ok ? 200 : 503
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
