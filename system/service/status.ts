// What a service tells those who watch it: /metrics for Prometheus and /healthz for whoever wants to know if it can work.
import { createServer, type Server } from 'node:http'
import { collectDefaultMetrics, Registry } from 'prom-client'

/** Names what keeps the service from working; an empty list is health. */
export type Ailments = () => Promise<string[]> | string[]

export interface Answer {
  status: number
  contentType: string
  body: string
}

/** A registry with the process's own figures (CPU, memory, event-loop delay) in it. */
export function createRegistry(service: string): Registry {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registry })
  return registry
}

/** Answer to GET /healthz: 200, or 503 with the names of what does not answer. */
export async function healthAnswer(ailments: Ailments): Promise<Answer> {
  const found = await ailments()
  return { status: found.length === 0 ? 200 : 503, contentType: 'application/json', body: JSON.stringify({ ok: found.length === 0, away: found }) }
}

/** Answer to GET /metrics. */
export async function metricsAnswer(registry: Registry): Promise<Answer> {
  return { status: 200, contentType: registry.contentType, body: await registry.metrics() }
}

/** Serves both for a service that has no HTTP server of its own. Resolves once it listens. */
export async function serveStatus({ host, port, registry, ailments }: { host: string; port: number; registry: Registry; ailments: Ailments }): Promise<Server> {
  const server = createServer(async (request, response) => {
    const answer = request.url === '/healthz' ? await healthAnswer(ailments) : request.url === '/metrics' ? await metricsAnswer(registry) : undefined
    response.writeHead(answer?.status ?? 404, { 'content-type': answer?.contentType ?? 'text/plain' }).end(answer?.body)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return server
}
