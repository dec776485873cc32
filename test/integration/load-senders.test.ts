// The native engine on two threads: what the platform's rules, its faults and the death of a thread mean across them.
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'

import { monotonicMs } from '../../harness/clock.ts'
import { attemptFiles, readAttempts } from '../../harness/history/attempt-file.ts'
import { ACKED, REFUSED } from '../../harness/history/history.ts'
import type { RetryEngine } from '../../harness/load/native/engine.ts'
import { shareOut } from '../../harness/load/native/shares.ts'
import { SenderThread } from '../../harness/load/native/thread.ts'
import { compilePlan } from '../../harness/plan/compile.ts'
import type { Plan } from '../../harness/plan/plan.ts'
import { constant } from '../../harness/plan/shapes.ts'
import { createCorpus } from '../../harness/platform/corpus.ts'
import { openEngine } from '../fixtures/engines.ts'
import { noRetries, ok, secret, startIntake, status, temporaryFolder, type ReceivedRequest } from '../fixtures/load.ts'

const shape = constant({ rate: 300, over: '1s' })
const load = { shape, shops: 8, topics: ['orders/create', 'orders/paid'] as const }

function compile(realism?: Parameters<typeof compilePlan>[0]['load']['realism']): Plan {
  return compilePlan({ load: { ...load, topics: [...load.topics], timeScale: 1, realism }, seed: 5, scenarioHash: '', warmUp: { durationMs: 0, ratePerSecond: 0 } })
}

const header = ({ headers }: ReceivedRequest, name: string): string => headers.get(`x-shopify-${name}`)!
const count = <T>(values: Iterable<T>): Map<T, number> => {
  const counts = new Map<T, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

it('takes the subscription of a shop whose retries are used up, with all that the shop was still owed, and of no other', async () => {
  const plan = compile()
  const { senderOf } = shareOut(plan, 64, 2)
  // One shop of each thread is always refused.
  const refused = [0, 1].map(sender => plan.shops[senderOf.indexOf(sender)])
  await using intake = await startIntake((socket, request) => socket.write(refused.includes(header(request, 'shop-domain')) ? status(503) : ok))
  await using under = await openEngine('native', intake.port, { plan, shape, senders: 2, retries: { ...noRetries, delaysMs: [20, 20], removesSubscription: true } })
  await under.flood().sending
  const { history, engine } = under
  const report = await engine.report()
  const isRefused = (event: number): boolean => refused.includes(plan.shops[plan.shop[event]])
  const events = Array.from(plan.shop, (_, event) => event)
  const unsent = events.filter(event => history.unsent[event] === 1)
  expect(report).toMatchObject({ subscriptionsRemoved: 2, unsent: { unsubscribed: unsent.length }, sent: plan.eventCount - unsent.length, disagreements: [] })
  expect(unsent.length).toBeGreaterThan(20)
  expect(unsent.every(isRefused)).toBe(true)
  expect(new Set(unsent.map(event => plan.shops[plan.shop[event]])).size).toBe(2)
  expect(events.filter(event => !isRefused(event) && history.acked[event] === 0)).toEqual([])
  // Every attempt is in the file of its shop's thread.
  for (const [sender, file] of attemptFiles(under.attemptsFile, 2).entries()) {
    const attempts = Array.from(readAttempts(file), ({ event, outcome }) => [senderOf[plan.shop[event]], outcome])
    expect(attempts.length).toBeGreaterThan(0)
    expect(new Set(attempts.map(String))).toEqual(new Set([String([sender, REFUSED])]))
  }
})

it('sends a disordered plan once, with its repeats, and not before its instants', async () => {
  const plan = compile({ disorder: { share: 0.3, by: '200ms' }, duplicates: { share: 0.2, by: '200ms' }, late: { share: 0.1, by: '300ms' } })
  const corpus = createCorpus(plan)
  await using intake = await startIntake(socket => socket.write(ok))
  await using under = await openEngine('native', intake.port, { plan, shape, senders: 2 })
  const { part, sending } = under.flood()
  await sending
  const events = Array.from(plan.shop, (_, event) => event)
  const owed = [...events.map(event => corpus.webhookId(event)), ...Array.from(plan.repeats!.event, event => corpus.webhookId(event, true))]
  expect(intake.requests.map(request => header(request, 'webhook-id')).toSorted()).toEqual(owed.toSorted())
  for (const event of events) expect(under.history.firstSent[event] / 100).toBeGreaterThanOrEqual(part.startedAtMs - under.history.shape.epochMs + plan.dueTicks[event] / 100 - 0.02)
})

it('has a fault of the platform in force in every thread, and counts what met it in all of them', async () => {
  const plan = compile()
  const { senderOf } = shareOut(plan, 64, 2)
  const corpus = createCorpus(plan)
  await using intake = await startIntake(socket => socket.write(ok))
  await using under = await openEngine('native', intake.port, { plan, shape, senders: 2, nextSecret: `${secret}-next` })
  const platform = under.engine.platform!
  await platform.disturb('duplicate', { share: 1 })
  await platform.disturb('rotateSecret', {})
  expect([platform.state('duplicate').inForce, platform.state('rotateSecret').inForce]).toEqual([true, true])
  const { sending } = under.flood()
  await sending
  expect(platform.state('duplicate').met).toBe(plan.eventCount)
  expect(platform.state('rotateSecret').met).toBe(2 * plan.eventCount)
  const sentTwice = count(intake.requests.map(request => [corpus.orderOfEventId(header(request, 'event-id')), header(request, 'topic')].join()))
  expect([sentTwice.size, ...new Set(sentTwice.values())]).toEqual([plan.eventCount, 2])
  await platform.disturb('duplicate', undefined)
  expect(platform.state('duplicate').inForce).toBe(false)
  expect(new Set(senderOf)).toEqual(new Set([0, 1]))
})

it('retries what another engine sent first, and sends what that left, each event in the thread of its shop', async () => {
  const plan = compile()
  const ends = plan.eventCount - 50
  await using intake = await startIntake(socket => socket.write(ok))
  await using under = await openEngine('native', intake.port, { plan, shape, senders: 2, retries: { ...noRetries, delaysMs: [10] } })
  const engine = under.engine as RetryEngine
  const startedAtMs = monotonicMs()
  const sending = engine.sendRetries({ from: 0, to: plan.eventCount, startedAtMs, wallMs: Date.now() })
  // Of what the other one sent, every third was refused.
  await engine.take(Float64Array.from(Array.from({ length: ends }, (_, event) => [event, startedAtMs, startedAtMs + 1, event % 3 === 0 ? 503 : 200, event % 3 === 0 ? REFUSED : ACKED]).flat()))
  await engine.sendRest(ends)
  await sending
  const corpus = createCorpus(plan)
  const owed = Array.from({ length: plan.eventCount }, (_, event) => event).filter(event => event % 3 === 0 || event >= ends)
  expect(intake.requests.map(request => header(request, 'webhook-id')).toSorted()).toEqual(owed.map(event => corpus.webhookId(event)).toSorted())
  expect(engine.counters()).toMatchObject({ sent: plan.eventCount, attempts: ends + owed.length, acked: plan.eventCount, unsent: 0, open: 0 })
  expect(under.history.attempts.every((attempts, event) => attempts === (event % 3 === 0 && event < ends ? 2 : 1))).toBe(true)
})

it('fails as a whole with the cause when one thread fails, and can still be closed', async () => {
  const plan = compile()
  await using folder = await temporaryFolder()
  const attemptsFile = join(folder.path, 'attempts.bin')
  await symlink('/dev/full', attemptFiles(attemptsFile, 2)[1])
  await using intake = await startIntake(socket => socket.write(status(503)))
  await using under = await openEngine('native', intake.port, { plan, shape, senders: 2, attemptsFile, retries: { ...noRetries, delaysMs: [1] } })
  await expect(under.flood().sending).rejects.toMatchObject({ exit: 'unavailable', message: expect.stringContaining('attempts-2.bin') })
  await expect(under.engine.report()).rejects.toThrowError('attempts-2.bin')
  await expect(under.engine.finish('interrupted')).rejects.toThrowError('attempts-2.bin')
})

it('names the thread that crashes, and starts with none where one cannot start', async () => {
  const plan = compile()
  const { senderOf } = shareOut(plan, 64, 2)
  // A name too long for the head of a request.
  const long = senderOf.indexOf(1)
  const crashing = { ...plan, shops: plan.shops.map((shop, index) => (index === long ? 'x'.repeat(5_000) : shop)) }
  await using intake = await startIntake(socket => socket.write(ok))
  await using under = await openEngine('native', intake.port, { plan: crashing, corpus: crashing, shape, senders: 2 })
  await expect(under.flood().sending).rejects.toMatchObject({ exit: 'internal', message: expect.stringMatching(/^sender 2's thread crashed: /) })
  await expect(openEngine('native', intake.port, { plan, shape, senders: 2, attemptsFile: '/nowhere/attempts.bin' })).rejects.toThrowError('ENOENT')
})

it('knows a thread that hangs from one that is busy, and can end it', async () => {
  const speak = "const { parentPort } = require('node:worker_threads'); parentPort.on('message', ({ id, call }) => { if (call.name === 'finish') for (;;); parentPort.postMessage({ kind: 'done', id }) }); parentPort.postMessage({ kind: 'ready' })"
  const thread = new SenderThread('sender 2', new Worker(speak, { eval: true }), 100)
  await thread.ready
  await thread.ask({ name: 'ping' })
  const finished = thread.ask({ name: 'finish' })
  await expect(finished).rejects.toMatchObject({ exit: 'invalid', message: expect.stringMatching(/^sender 2's thread hangs: no sign of life for 2 s/), hint: expect.any(String) })
  await expect(thread.ask({ name: 'report' })).rejects.toThrowError('hangs')
  await thread.close()
})
