import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { mustDurationMs } from '../scenario/duration.ts'
import type { Correlated, Destination, DestinationRequest, System } from '../scenario/system.ts'
import { monotonicMs } from '../clock.ts'
import type { ArrivalLog } from './arrival-log.ts'
import type { Conduct } from './conduct.ts'
import { IdempotencyWindow } from './idempotency.ts'
import { probeHeader, type Misbehaviour } from './misbehaviour.ts'

const maxBodyBytes = 16 * 1024 * 1024
/** Keys that can be asked for with GET /received; beyond it the oldest answers are lost and the endpoint says so. */
const maxReceivedKeys = 8_000_000

export interface DestinationServerOptions {
  name: string
  destination: Destination
  correlate: System['correlate']
  log: ArrivalLog
  timeScale: number
  conduct: Conduct
  /** Uniform in [0, 1), seeded. */
  random: () => number
}

interface Answer {
  status: number
  body: string
  headers?: Readonly<Record<string, string>>
  cutOff?: boolean
}

/**
 * One destination: takes POSTs on its path, tells the log what each carried, and answers as slowly and as badly as it was
 * told to. `GET /received?ids=a,b` says which idempotency keys it has taken, for a reconciler.
 */
export function createDestinationServer(options: DestinationServerOptions): Server {
  const { name, destination, correlate, log, conduct, random } = options
  const idempotency = new IdempotencyWindow(mustDurationMs(destination.idempotencyWindow) / options.timeScale)
  const received = new Set<string>()
  /** Items that came while only half of them are taken: every second one is, also where each request brings a single one. */
  let halved = 0

  function record(delivery: Correlated, atMs: number): void {
    const key = delivery.idempotencyKey
    const effect = key === undefined || idempotency.take(key, atMs)
    if (key !== undefined && received.size < maxReceivedKeys) received.add(key)
    log.arrived(name, delivery, effect, atMs)
  }

  function take(request: IncomingMessage, body: Buffer, misbehaviour: Misbehaviour | undefined): Answer {
    if (random() < destination.failures.share) return { status: destination.failures.statuses[Math.floor(random() * destination.failures.statuses.length)], body: '{}' }
    if (misbehaviour?.takes === 'none') return answerOf(misbehaviour)
    const atMs = monotonicMs()
    try {
      const items = correlate(destinationRequest(name, request, body))
      if (misbehaviour?.takes === 'half') return takeHalf(items, atMs)
      for (const item of items) record(item, atMs)
      return answerOf(misbehaviour)
    } catch (error) {
      log.unreadable(name, error)
      return { status: 400, body: '{}' }
    }
  }

  /** Says item by item, in the order of the request, which it took: the others have not happened. */
  function takeHalf(items: readonly Correlated[], atMs: number): Answer {
    const taken = items.map(() => ++halved % 2 === 1)
    for (const [index, item] of items.entries()) if (taken[index]) record(item, atMs)
    return partialAnswer(taken.map((isTaken, index) => ({ id: items[index].idempotencyKey, status: isTaken ? 200 : 503 })))
  }

  function answerOf(misbehaviour: Misbehaviour | undefined): Answer {
    return misbehaviour?.answer ?? { status: 200, body: destination.answer }
  }

  /** As it would answer a request without orders; of half of them, one that it took and one that it did not. */
  function answerProbe(misbehaviour: Misbehaviour | undefined): Answer {
    return misbehaviour?.takes === 'half' ? partialAnswer([{ status: 200 }, { status: 503 }]) : answerOf(misbehaviour)
  }

  function answerReceived(url: URL, response: ServerResponse): void {
    if (received.size >= maxReceivedKeys) return end(response, { status: 507, body: '{"error":"too many keys to remember"}' })
    const ids = (url.searchParams.get('ids') ?? '').split(',').filter(id => id !== '')
    end(response, { status: 200, body: JSON.stringify({ received: ids.filter(id => received.has(id)) }) })
  }

  return createServer({ keepAliveTimeout: 120_000, requestTimeout: 60_000, maxHeaderSize: 64 * 1024 }, (request, response) => {
    const url = new URL(request.url ?? '/', 'http://destination')
    if (request.method === 'GET') {
      if (url.pathname.endsWith('/received')) return answerReceived(url, response)
      return end(response, { status: url.pathname === '/healthz' ? 200 : 404, body: '{}' })
    }
    if (request.method !== 'POST' || url.pathname !== destination.path) return end(response, { status: 404, body: '{}' })
    readBody(request, body => {
      if (body === undefined) return end(response, { status: 413, body: '{}' })
      const isProbe = probeHeader in request.headers
      const { misbehaviour, delayMs } = conduct.meet(isProbe)
      setTimeout(end, delayMs, response, isProbe ? answerProbe(misbehaviour) : take(request, body, misbehaviour))
    })
  })
}

/** As bulk endpoints tell it: 207, which is a 2xx, and in the body what became of each item. */
function partialAnswer(results: readonly { id?: string; status: number }[]): Answer {
  return { status: 207, body: JSON.stringify({ success: false, results: results.map((result, index) => ({ index, ...result })) }) }
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

function end(response: ServerResponse, { status, body, headers, cutOff }: Answer): void {
  const length = Buffer.byteLength(body)
  response.writeHead(status, { 'content-type': 'application/json', ...headers, 'content-length': cutOff ? 2 * length : length })
  // Written out before the end: what destroy finds in its buffers it drops.
  if (cutOff) response.write(body, () => response.destroy())
  else response.end(body)
}
