import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { mustDurationMs } from '../scenario/duration.ts'
import type { Correlated, Destination, DestinationRequest, System } from '../scenario/system.ts'
import { monotonicMs } from '../clock.ts'
import type { ArrivalLog } from './arrival-log.ts'
import { IdempotencyWindow } from './idempotency.ts'
import { delaySampler } from './latency.ts'

const maxBodyBytes = 16 * 1024 * 1024
/** Keys that can be asked for with GET /received; beyond it the oldest answers are lost and the endpoint says so. */
const maxReceivedKeys = 8_000_000

export interface DestinationServerOptions {
  name: string
  destination: Destination
  correlate: System['correlate']
  log: ArrivalLog
  timeScale: number
  /** Uniform in [0, 1), seeded. */
  random: () => number
}

/**
 * One destination: takes POSTs on its path, tells the log what each carried, and answers as slowly and as badly as it was
 * told to. `GET /received?ids=a,b` says which idempotency keys it has taken, for a reconciler.
 */
export function createDestinationServer(options: DestinationServerOptions): Server {
  const { name, destination, correlate, log, random } = options
  const idempotency = new IdempotencyWindow(mustDurationMs(destination.idempotencyWindow) / options.timeScale)
  const received = new Set<string>()
  const delayMs = delaySampler(destination.latency, random)

  function record(delivery: Correlated, atMs: number): void {
    const key = delivery.idempotencyKey
    const effect = key === undefined || idempotency.take(key, atMs)
    if (key !== undefined && received.size < maxReceivedKeys) received.add(key)
    log.arrived(name, delivery, effect, atMs)
  }

  function take(request: IncomingMessage, body: Buffer): number {
    if (random() < destination.failures.share) return destination.failures.statuses[Math.floor(random() * destination.failures.statuses.length)]
    const atMs = monotonicMs()
    try {
      for (const delivery of correlate(destinationRequest(name, request, body))) record(delivery, atMs)
      return 200
    } catch (error) {
      log.unreadable(name, error)
      return 400
    }
  }

  function answerReceived(url: URL, response: ServerResponse): void {
    if (received.size >= maxReceivedKeys) return end(response, 507, '{"error":"too many keys to remember"}')
    const ids = (url.searchParams.get('ids') ?? '').split(',').filter(id => id !== '')
    end(response, 200, JSON.stringify({ received: ids.filter(id => received.has(id)) }))
  }

  return createServer({ keepAliveTimeout: 120_000, requestTimeout: 60_000, maxHeaderSize: 64 * 1024 }, (request, response) => {
    const url = new URL(request.url ?? '/', 'http://destination')
    if (request.method === 'GET') {
      if (url.pathname.endsWith('/received')) return answerReceived(url, response)
      return end(response, url.pathname === '/healthz' ? 200 : 404, '{}')
    }
    if (request.method !== 'POST' || url.pathname !== destination.path) return end(response, 404, '{}')
    readBody(request, body => {
      if (body === undefined) return end(response, 413, '{}')
      const status = take(request, body)
      setTimeout(end, delayMs(), response, status, status === 200 ? destination.answer : '{}')
    })
  })
}

function destinationRequest(destination: string, request: IncomingMessage, body: Buffer): DestinationRequest {
  let parsed: unknown
  return {
    destination,
    method: request.method ?? '',
    path: request.url ?? '/',
    headers: request.headers,
    body,
    json: () => (parsed ??= JSON.parse(body.toString())),
  }
}

function readBody(request: IncomingMessage, done: (body: Buffer | undefined) => void): void {
  const chunks: Buffer[] = []
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= maxBodyBytes) chunks.push(chunk)
  })
  request.on('end', () => done(bytes <= maxBodyBytes ? Buffer.concat(chunks, bytes) : undefined))
  // A request cut off in the middle never arrived: nothing to answer, nothing to record.
  request.on('error', () => {})
}

function end(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  response.end(body)
}
