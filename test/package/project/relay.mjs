// A pipeline that anyone could have: no queue, no ledger, one program that takes a webhook and passes it on before it answers.
import { createServer } from 'node:http'

const { HOST, PORT, CRM_URL } = process.env

createServer(async (request, response) => {
  if (request.url === '/healthz') return response.end('ok')
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const order = JSON.parse(Buffer.concat(chunks).toString())
  const item = { event: request.headers['x-shopify-event-id'], amount: order.total_price, currency: order.currency }
  const answer = await fetch(`${CRM_URL}/v1/batch`, { method: 'POST', body: JSON.stringify([item]) }).catch(() => undefined)
  response.statusCode = answer?.ok ? 200 : 503
  response.end()
}).listen(Number(PORT), HOST, () => console.log('listening'))
