// The native engine as the run uses it: in its own thread, against a real HTTP server.
// oxlint-disable-next-line import/no-unassigned-import -- importing it is what makes it the runtime's adapter
import '@shopify/shopify-api/adapters/node'
import { ApiVersion, LogSeverity, shopifyApi } from '@shopify/shopify-api'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

import { monotonicMs, sleep, until } from '../../harness/clock.ts'
import { createHistory, type History } from '../../harness/history/history.ts'
import type { Engine, EngineOptions } from '../../harness/load/engine.ts'
import { startNativeEngine } from '../../harness/load/native/engine.ts'
import type { Plan } from '../../harness/plan/plan.ts'
import { createCorpus } from '../../harness/platform/corpus.ts'
import { startRawServer } from '../bench/load/server.ts'
import { burst, noRetries, ok, planOf, secret, startIntake, temporaryFolder } from '../fixtures/load.ts'

interface EngineUnderTest extends AsyncDisposable {
  engine: Engine
  history: History
}

async function open(port: number, plan: Plan, more: Partial<EngineOptions> = {}): Promise<EngineUnderTest> {
  const folder = await temporaryFolder()
  const history = createHistory(plan.eventCount, 0, monotonicMs())
  try {
    const engine = await startNativeEngine({
      plan, history, secret,
      corpus: plan,
      url: `http://127.0.0.1:${port}/webhooks`,
      retries: noRetries,
      timeScale: 1,
      maxSockets: 64,
      refusedStatuses: [429, 503],
      attemptsFile: join(folder.path, 'attempts.bin'),
      ...more,
    })
    return {
      engine, history,
      async [Symbol.asyncDispose]() {
        await engine.close()
        await folder[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    await folder[Symbol.asyncDispose]()
    throw error
  }
}

async function serve(listener: (request: IncomingMessage, response: ServerResponse, body: string) => void): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => listener(request, response, Buffer.concat(chunks).toString()))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function part(from: number, to: number) {
  return { from, to, startedAtMs: monotonicMs() + 20, wallMs: Date.now() + 20 }
}

it('sends warm-up and flood, each event once and at its instant, and reports on each part by itself', async () => {
  const plan = planOf([...burst(20), ...Array.from({ length: 1_000 }, (_, event) => event / 2)], 3)
  const seen = new Map<string, number>()
  await using server = await serve((request, response) => {
    const id = String(request.headers['x-shopify-webhook-id'])
    seen.set(id, (seen.get(id) ?? 0) + 1)
    response.end()
  })
  await using under = await open(server.port, plan)
  const { engine, history } = under
  await engine.send(part(0, 20))
  expect(engine.counters()).toMatchObject({ sent: 20, acked: 20, open: 0 })
  const flood = part(20, 1_020)
  await engine.send(flood)
  const corpus = createCorpus(plan)
  expect([...seen].sort()).toEqual(Array.from({ length: 1_020 }, (_, event) => [corpus.webhookId(event), 1] as const).sort())
  const report = await engine.report()
  expect(report).toMatchObject({ engine: 'native', sent: 1_000, unsent: {}, attempts: 1_000, subscriptionsRemoved: 0, maxSockets: 64 })
  for (let event = 20; event < 1_020; event++) {
    const dueMs = flood.startedAtMs - history.shape.epochMs + (event - 20) / 2
    expect(history.firstSent[event] / 100).toBeGreaterThanOrEqual(dueMs - 0.02)
    expect(history.firstSent[event] / 100 - dueMs).toBeLessThanOrEqual(report.lagMs.max + 0.02)
    expect(history.acked[event]).toBeGreaterThanOrEqual(history.firstSent[event])
  }
})

it('signs as an app of Shopify verifies it', async () => {
  const shopify = shopifyApi({ apiKey: 'key', apiSecretKey: secret, apiVersion: ApiVersion.January26, isEmbeddedApp: true, hostName: 'app.example.com', scopes: [], logger: { level: LogSeverity.Error } })
  const plan = planOf([0, 5, 10], 2)
  const answers: unknown[] = []
  const tampered: unknown[] = []
  await using server = await serve(async (rawRequest, rawResponse, rawBody) => {
    answers.push(await shopify.webhooks.validate({ rawBody, rawRequest, rawResponse }))
    tampered.push(await shopify.webhooks.validate({ rawBody: `${rawBody} `, rawRequest, rawResponse }))
    rawResponse.end()
  })
  await using under = await open(server.port, plan, { maxSockets: 1 })
  await under.engine.send(part(0, 3))
  const corpus = createCorpus(plan)
  expect(answers).toMatchObject(['shop-0', 'shop-1', 'shop-0'].map((shop, event) => ({
    valid: true, topic: 'ORDERS_CREATE', domain: `${shop}.myshopify.com`, apiVersion: '2026-10', webhookId: corpus.webhookId(event),
  })))
  expect(tampered).toMatchObject([{ valid: false, reason: 'invalid_hmac' }, { valid: false }, { valid: false }])
})

it('loses nothing when the server freezes for two seconds and thaws', async () => {
  await using server = await startRawServer()
  const events = 1_500
  await using under = await open(server.port, planOf(Array.from({ length: events }, (_, event) => event * 2)), { maxSockets: 512, retries: { ...noRetries, totalTimeoutMs: 5_000 } })
  const sending = under.engine.send(part(0, events))
  await sleep(500)
  const thawed = server.freeze(2_000)
  await sleep(1_900)
  const { acked, open: waiting } = under.engine.counters()
  await thawed
  await sending
  // Sent into the freeze all the same, and each answered after it.
  expect(waiting).toBeGreaterThan(400)
  expect(acked).toBeLessThan(events / 2)
  expect(under.engine.counters()).toMatchObject({ sent: events, acked: events, attempts: events, unsent: 0 })
  const waitMs = Array.from(under.history.firstEnded, (ended, event) => (ended - under.history.firstSent[event]) / 100)
  expect(Math.max(...waitMs)).toBeGreaterThan(1_500)
})

it('ends by its platform: what is not sent when it is told to finish stays unsent, what is open gets its answer', async () => {
  await using server = await serve((_, response) => setTimeout(() => response.end(), 200))
  const plan = planOf([0, 0, 60_000, 60_000, 60_000])
  await using under = await open(server.port, plan)
  const { engine, history } = under
  const sending = engine.send(part(0, 4))
  await until('two attempts are open', 2_000, () => engine.counters().open === 2 || undefined)
  await engine.finish('interrupted')
  await sending
  expect(engine.counters()).toMatchObject({ sent: 2, acked: 2, unsent: 2, open: 0 })
  expect(await engine.report()).toMatchObject({ sent: 2, unsent: { interrupted: 2 } })
  await engine.send(part(4, 5))
  expect(Array.from(history.unsent)).toEqual([0, 0, 3, 3, 3])
})

it('drops what waits for a retry when it is told to finish', async () => {
  await using intake = await startIntake(socket => socket.write('HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n'))
  await using under = await open(intake.port, planOf(burst(5)), { retries: { ...noRetries, delaysMs: [3_600_000] } })
  const sending = under.engine.send(part(0, 5))
  await until('five wait', 2_000, () => under.engine.counters().waitingForRetry === 5 || undefined)
  await under.engine.finish('interrupted')
  await sending
  expect(under.engine.counters()).toMatchObject({ sent: 5, refused: 5, attempts: 5, unsent: 0, waitingForRetry: 0 })
})

it('rejects with the cause when its attempts cannot be written, and can still be closed', async () => {
  await using intake = await startIntake((socket, { number }) => socket.write(number === 1 ? 'HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n' : ok))
  await using under = await open(intake.port, planOf([0]), { attemptsFile: '/dev/full', retries: { ...noRetries, delaysMs: [1] } })
  await expect(under.engine.send(part(0, 1))).rejects.toMatchObject({ exit: 'unavailable', message: expect.stringContaining('ENOSPC'), hint: expect.any(String) })
  await expect(under.engine.report()).rejects.toThrowError('/dev/full')
})

it('rejects when the thread crashes in the middle of a part', async () => {
  await using intake = await startIntake(socket => socket.write(ok))
  await using under = await open(intake.port, planOf([0]), { url: `http://127.0.0.1:${intake.port}/${'x'.repeat(5_000)}` })
  await expect(under.engine.send(part(0, 1))).rejects.toMatchObject({ exit: 'internal', message: expect.stringMatching(/sender's thread crashed: the head of event 0/) })
})

it('does not blame the intake when this machine has no more sockets', async () => {
  await using intake = await startIntake(() => {})
  const program = fileURLToPath(new URL('../fixtures/load-without-files.ts', import.meta.url))
  const child = spawn('sh', ['-c', `ulimit -n 64 && exec "$0" "$1" ${intake.port}`, process.execPath, program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => lines.push(chunk))
  await once(child, 'close')
  expect(JSON.parse(Buffer.concat(lines).toString())).toMatchObject({ exit: 'invalid', message: expect.stringContaining('EMFILE'), hint: expect.stringContaining('ulimit -n') })
})

it('does not start with what it cannot send by', async () => {
  await expect(open(1, planOf([0]), { url: 'https://127.0.0.1/webhooks' })).rejects.toMatchObject({ exit: 'usage' })
  await expect(open(1, planOf([0]), { retries: { ...noRetries, delaysMs: burst(255) } })).rejects.toMatchObject({ exit: 'usage' })
  await expect(open(1, planOf([0]), { attemptsFile: '/nowhere/attempts.bin' })).rejects.toThrowError('ENOENT')
})
