// What may not come in: every kind of bad input at a real intake before a real queue, none of which may reach the queue, end the intake or show in its log.
import { jetstreamManager } from '@nats-io/jetstream'
import { connect as connectQueue } from '@nats-io/transport-node'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { http, nats, node } from '../../harness/environment/components.ts'
import type { Environment } from '../../harness/environment/environment.ts'
import { arrangeLocal } from '../../harness/environment/local.ts'
import { arrangement } from '../fixtures/environment/arranged.ts'
import { headersOf, secret, send } from '../fixtures/system/pipeline.ts'
import { orderText } from '../fixtures/system/stand-ins.ts'

const maxBodyBytes = 20_000
const requestTimeoutMs = 1_000
const components = {
  queue: nats(),
  ingest: node('./ingest/main.ts', {
    env: ({ to, host, port, secret }) => ({ HOST: host, PORT: port, NATS_URL: to('queue'), WEBHOOK_SECRET: secret, MAX_BODY_BYTES: maxBodyBytes, REQUEST_TIMEOUT_MS: requestTimeoutMs, LOG_LEVEL: 'debug' }),
    ready: http('/healthz'),
  }),
}
const arranged = arrangement(components, { links: 'direct', secret }, { file: fileURLToPath(new URL('../../system/reference.ts', import.meta.url)) })
let environment: Environment
let pid: number | undefined
const mark = 'payload-mark-that-no-log-may-hold'

beforeAll(async () => {
  environment = await arrangeLocal(arranged.options)
  pid = environment.components.get('ingest')!.pid
})
afterAll(async () => {
  await environment?.stop()
  arranged.remove()
})

async function inStream(): Promise<number> {
  const connection = await connectQueue({ servers: environment.links.get('ingest->queue')!.listen })
  try {
    return (await (await jetstreamManager(connection)).streams.info('WEBHOOKS')).state.messages
  } finally {
    await connection.close()
  }
}

const good = orderText('1', undefined, { note: mark })
const signature = (body: string | Buffer): string => headersOf(body)['x-shopify-hmac-sha256']

interface Bad {
  what: string
  status: number
  method?: string
  path?: string
  body?: string
  headers?: Record<string, string>
}

const big = JSON.stringify({ id: 1, note: mark, filler: 'x'.repeat(3 * maxBodyBytes) })
const table: Bad[] = [
  { what: 'no signature', status: 401, headers: { 'x-shopify-hmac-sha256': '' } },
  { what: 'a wrong signature', status: 401, headers: { 'x-shopify-hmac-sha256': signature('something else') } },
  { what: 'a truncated signature', status: 401, headers: { 'x-shopify-hmac-sha256': signature(good).slice(0, 20) } },
  { what: 'a signature with more behind it', status: 401, headers: { 'x-shopify-hmac-sha256': `${signature(good)}AAAA` } },
  { what: 'a truncated body', status: 401, body: good.slice(0, -5), headers: { 'x-shopify-hmac-sha256': signature(good) } },
  { what: 'an empty body', status: 401, body: '', headers: { 'x-shopify-hmac-sha256': signature(good) } },
  { what: 'unsigned and not JSON', status: 401, body: `{${mark}`, headers: { 'x-shopify-hmac-sha256': 'A' } },
  { what: 'signed and not JSON', status: 400, body: `{"id": ${mark}` },
  { what: 'signed and empty', status: 400, body: '' },
  { what: 'no topic', status: 400, headers: { 'x-shopify-topic': '' } },
  { what: 'a shop that is none', status: 400, headers: { 'x-shopify-shop-domain': `not a shop ${mark}` } },
  { what: 'too large', status: 413, body: big },
  { what: 'GET', status: 405, method: 'GET', body: undefined },
  { what: 'PUT', status: 405, method: 'PUT' },
  { what: 'DELETE', status: 405, method: 'DELETE' },
  { what: 'another path', status: 404, path: '/webhook' },
  { what: 'a path below', status: 404, path: '/webhooks/1' },
  { what: 'another path, not JSON', status: 404, path: '/webhook', body: `{${mark}`, headers: { 'content-type': 'application/json' } },
  { what: 'another path, too large', status: 404, path: '/webhook', body: big },
]

test.for(table)('$what is answered $status', async ({ status, method = 'POST', path, body = good, headers = {} }) => {
  const url = path === undefined ? environment.intakeUrl : new URL(path, environment.intakeUrl)
  const content = method === 'GET' ? {} : { body }
  const response = await fetch(url, { method, ...content, headers: { ...headersOf(body), ...headers } })
  expect(response.status).toBe(status)
  expect(await response.text()).toBe('')
  if (status === 405) expect(response.headers.get('allow')).toBe('POST')
})

/** Writes to a socket of its own, and says what came back and that it was closed. */
async function raw(write: (socket: ReturnType<typeof connect>) => void): Promise<string> {
  const { hostname, port } = new URL(environment.intakeUrl)
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(Number(port), hostname, () => write(socket))
    const limit = setTimeout(() => reject(new Error(`still open after all this time, with ${text}`)), 15_000)
    socket.on('data', chunk => void (text += chunk))
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(limit)
      resolve(text)
    })
  })
}

const head = `POST /webhooks HTTP/1.1\r\nHost: x\r\n${Object.entries(headersOf(good)).map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n`

test('a body that never comes is cut off', async () => {
  expect(await raw(socket => socket.write(`${head}Content-Length: 1000\r\n\r\n{"id":`))).toMatch(/^HTTP\/1.1 408 /)
})

test('a head that drips in is cut off', async () => {
  expect(await raw(socket => socket.write('POST /webhooks HTTP/1.1\r\nHost: x\r\nX-Slow: '))).toMatch(/^HTTP\/1.1 408 /)
})

test('an endless body is cut off', async () => {
  let written = 0
  const answer = await raw(socket => {
    socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n`)
    const timer = setInterval(() => socket.write(`400\r\n${'x'.repeat(1_024)}\r\n`, () => void (written += 1_024)), 1)
    socket.once('close', () => clearInterval(timer))
  })
  expect(answer).toMatch(/^HTTP\/1.1 413 /)
  expect(written).toBeLessThan(100 * maxBodyBytes)
})

test('a connection that ends in the middle of a body, and bytes that are no HTTP, do no harm', async () => {
  await raw(socket => socket.end(`${head}Content-Length: 1000\r\n\r\n{"id":`))
  expect(await raw(socket => socket.end(`${mark}\r\n\r\n`))).toMatch(/^HTTP\/1.1 400 /)
})

test('after all that the intake is the same process, the queue is empty, and no payload is in the log', async () => {
  expect(environment.components.get('ingest')!.pid).toBe(pid)
  expect(await inStream()).toBe(0)
  const log = readFileSync(environment.components.get('ingest')!.logFile!, 'utf8')
  expect(log).toContain('webhook not taken')
  expect(log).not.toContain(mark)
  const metrics = await (await fetch(new URL('/metrics', environment.intakeUrl))).text()
  for (const status of [401, 400, 404, 405, 413]) expect(metrics).toMatch(new RegExp(`ingest_webhooks_total\\{status="${status}"[^}]*\\} [1-9]`))
})

test('a good webhook is stored once, however often it comes', async () => {
  const headers = headersOf(good)
  for (let time = 0; time < 3; time++) expect((await send(environment.intakeUrl, good, headers)).status).toBe(200)
  expect(await inStream()).toBe(1)
})
