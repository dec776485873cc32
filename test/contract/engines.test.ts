// One contract, one case table, run against every engine that sends a plan.
import type { Socket } from 'node:net'
import { beforeAll, describe, expect, it } from 'vitest'

import { until } from '../../harness/clock.ts'
import { createPortPicker } from '../../harness/environment/free-port.ts'
import { attemptFiles, readAttempts } from '../../harness/history/attempt-file.ts'
import { outcomes } from '../../harness/history/history.ts'
import { engineNames, type EngineName } from '../../harness/load/engines.ts'
import type { Plan } from '../../harness/plan/plan.ts'
import { constant, sequence } from '../../harness/plan/shapes.ts'
import { createCorpus } from '../../harness/platform/corpus.ts'
import { WebhookWriter } from '../../harness/platform/webhook.ts'
import { buildK6, k6BuildLimitMs, openEngine, planFor } from '../fixtures/engines.ts'
import { noRetries, ok, secret, startIntake, status, type ReceivedRequest } from '../fixtures/load.ts'

const short = constant({ rate: 100, over: '600ms' })

/** One thread is the default; several are the same sender to all but itself. */
const rows = [...engineNames.map(name => ({ name, senders: 1 })), { name: 'native', senders: 2 }] as const satisfies { name: EngineName; senders: number }[]

beforeAll(buildK6, k6BuildLimitMs)

/** What only one engine does another way. k6 cannot stop without cutting off what is under way, and cannot say that a request timed out while it was connecting. */
const openAtFinish = { native: 'acked', k6: 'indeterminate' } as const satisfies Record<EngineName, string>

/** Answers by the event that a request is for. */
function byEvent(plan: Plan, answer: (socket: Socket, event: number, request: ReceivedRequest) => void): (socket: Socket, request: ReceivedRequest) => void {
  const corpus = createCorpus(plan)
  const events = new Map(Array.from({ length: plan.eventCount }, (_, event) => [corpus.webhookId(event), event]))
  return (socket, request) => answer(socket, events.get(request.headers.get('x-shopify-webhook-id')!)!, request)
}

function wordsOf({ headers, line, body }: Pick<ReceivedRequest, 'headers' | 'line' | 'body'>): string {
  return [line, ...[...headers].map(pair => pair.join(': ')).toSorted(), body.toString('latin1')].join('\n')
}

/** The requests that the platform owes for these events, in the form of `wordsOf`. */
function owedRequests(plan: Plan, port: number, from: number, wallMs: number): string[] {
  const writer = new WebhookWriter(plan, createCorpus(plan), new URL(`http://127.0.0.1:${port}/webhooks?from=test`), secret)
  return Array.from({ length: plan.eventCount - from }, (_, place) => {
    const request = writer.write(writer.newBuffer(), from + place, wallMs)
    const headEnd = request.indexOf('\r\n\r\n')
    const [line, ...lines] = request.toString('latin1', 0, headEnd).split('\r\n')
    const headers = new Map(lines.map(text => [text.slice(0, text.indexOf(':')).toLowerCase(), text.slice(text.indexOf(':') + 2)]))
    return wordsOf({ line, headers, body: request.subarray(headEnd + 4) })
  })
}

function flood(plan: Plan): number[] {
  return Array.from({ length: plan.eventCount - plan.warmUpCount }, (_, place) => plan.warmUpCount + place)
}

describe.each(rows)('engine $name, senders $senders', ({ name, senders }) => {
  it('sends every planned event once, signed, byte for byte as planned, and not before its instant; counters, history and report say so', async () => {
    const shape = sequence([constant({ rate: 40, over: '300ms' }), constant({ rate: 300, over: '700ms' })])
    const plan = planFor(shape, ['orders/create', 'orders/paid'])
    await using intake = await startIntake(socket => socket.write(ok))
    await using under = await openEngine(name, intake.port, { plan, senders, shape })
    await under.warmUp()
    expect(intake.requests.length).toBe(plan.warmUpCount)
    const { part, sending } = under.flood()
    await sending
    expect(intake.requests.slice(plan.warmUpCount).map(wordsOf).toSorted()).toEqual(owedRequests(plan, intake.port, plan.warmUpCount, part.wallMs).toSorted())

    const events = plan.eventCount - plan.warmUpCount
    expect(under.engine.counters()).toMatchObject({ sent: events, attempts: events, acked: events, unsent: 0, refused: 0, indeterminate: 0, open: 0, waitingForRetry: 0 })
    const report = await under.engine.report()
    expect(report).toMatchObject({ engine: name, sent: events, attempts: events, unsent: {}, disagreements: [] })
    const { firstSent, firstEnded, acked, attempts, shape: { epochMs } } = under.history
    for (const event of flood(plan)) {
      const dueMs = part.startedAtMs - epochMs + plan.dueTicks[event] / 100
      // Half a ms for what k6's clock and ours may differ by.
      expect(firstSent[event] / 100).toBeGreaterThanOrEqual(dueMs - 0.5)
      expect(firstSent[event] / 100 - dueMs).toBeLessThanOrEqual(report.lagMs.max * 1.001 + 0.5)
      expect(firstEnded[event]).toBeGreaterThanOrEqual(firstSent[event])
      expect([acked[event], attempts[event]]).toEqual([firstEnded[event], 1])
    }
    expect(under.deaths).toEqual([])
  })

  const answers: { how: string; answer: (socket: Socket) => unknown; outcome: string; status: number }[] = [
    { how: '200', answer: socket => socket.write(ok), outcome: 'acked', status: 200 },
    { how: '204', answer: socket => socket.write('HTTP/1.1 204 No Content\r\n\r\n'), outcome: 'acked', status: 204 },
    { how: '500', answer: socket => socket.write(status(500)), outcome: 'indeterminate', status: 500 },
    { how: '503, which the system declares to mean not taken', answer: socket => socket.write(status(503)), outcome: 'refused', status: 503 },
    { how: 'a redirect, which is not followed', answer: socket => socket.write('HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n'), outcome: 'indeterminate', status: 302 },
    { how: 'a closed connection', answer: socket => socket.destroy(), outcome: 'indeterminate', status: 0 },
    { how: 'a reset', answer: socket => socket.resetAndDestroy(), outcome: 'indeterminate', status: 0 },
    { how: 'nothing until the deadline', answer: () => {}, outcome: 'indeterminate', status: 0 },
  ]

  it(`tells how each attempt ended: ${answers.map(({ how }) => how).join('; ')}`, async () => {
    const plan = planFor(short)
    const answerOf = (event: number): (typeof answers)[number] => answers[event % answers.length]
    await using intake = await startIntake(byEvent(plan, (socket, event) => void answerOf(event).answer(socket)))
    await using under = await openEngine(name, intake.port, { plan, senders, shape: short, retries: { ...noRetries, totalTimeoutMs: 400 } })
    await under.flood().sending
    const { history } = under
    expect(flood(plan).map(event => [outcomes[history.firstOutcome[event]], outcomes[history.outcome[event]]])).toEqual(flood(plan).map(event => [answerOf(event).outcome, answerOf(event).outcome]))
    expect(flood(plan).map(event => history.status[event])).toEqual(flood(plan).map(event => answerOf(event).status))
    for (const event of flood(plan).filter(event => answerOf(event).how.includes('deadline'))) expect(history.firstEnded[event] - history.firstSent[event]).toBeGreaterThanOrEqual(39_900)
    expect(intake.requests.length).toBe(plan.eventCount - plan.warmUpCount)
  })

  it('tells that nothing was sent where nobody listens', async () => {
    const port = await createPortPicker()()
    const plan = planFor(short)
    await using under = await openEngine(name, port, { plan, senders, shape: short })
    await under.flood().sending
    expect(new Set(flood(plan).map(event => outcomes[under.history.outcome[event]]))).toEqual(new Set(['refused']))
    expect(under.engine.counters()).toMatchObject({ sent: 60, refused: 60, unsent: 0 })
  })

  it('retries by policy, one scaled delay after the failed attempt ended, with the same bytes; the file holds every attempt past the first', async () => {
    const plan = planFor(short)
    const tries = new Map<number, number>()
    await using intake = await startIntake(byEvent(plan, (socket, event) => {
      tries.set(event, (tries.get(event) ?? 0) + 1)
      socket.write(tries.get(event) === 1 ? status(500) : tries.get(event) === 2 ? status(503) : ok)
    }))
    await using under = await openEngine(name, intake.port, { plan, senders, shape: short, timeScale: 100, retries: { ...noRetries, delaysMs: [5_000, 10_000, 20_000] } })
    await under.flood().sending
    const { history } = under
    expect(under.engine.counters()).toMatchObject({ sent: 60, attempts: 180, acked: 60, refused: 60, indeterminate: 60, open: 0, waitingForRetry: 0 })
    expect(intake.requests.length).toBe(180)
    expect(new Set(intake.requests.map(wordsOf)).size).toBe(60)
    const later = Array.from(readAttempts(...attemptFiles(under.attemptsFile, senders)), attempt => ({ ...attempt }))
    for (const event of flood(plan)) {
      const own = later.filter(attempt => attempt.event === event)
      expect(own.map(({ number, status: code, outcome }) => [number, code, outcomes[outcome]])).toEqual([[2, 503, 'refused'], [3, 200, 'acked']])
      expect(own[0].sent - history.firstEnded[event]).toBeGreaterThanOrEqual(4_999)
      expect(own[1].sent - own[0].ended).toBeGreaterThanOrEqual(9_999)
      expect([outcomes[history.firstOutcome[event]], outcomes[history.outcome[event]], history.acked[event]]).toEqual(['indeterminate', 'acked', own[1].ended])
    }
  })

  it('drops nothing where there are too few sockets: what waits is sent late, once, and counted', async () => {
    const plan = planFor(short)
    await using intake = await startIntake(socket => setTimeout(() => socket.write(ok), 60))
    await using under = await openEngine(name, intake.port, { plan, senders, shape: short, maxSockets: 2 })
    await under.flood().sending
    expect(under.engine.counters()).toMatchObject({ sent: 60, acked: 60, attempts: 60, unsent: 0 })
    expect(new Set(intake.requests.map(({ headers }) => headers.get('x-shopify-webhook-id'))).size).toBe(60)
    const report = await under.engine.report()
    expect(report.waitedForSocket).toBeGreaterThan(0)
    // 60 webhooks of 60 ms over two sockets take three times as long as the flood.
    expect(report.lagMs.max).toBeGreaterThan(600)
    expect(report.disagreements).toEqual([])
  })

  it('starts nothing more once it is told to finish: planned = sent + unsent', async () => {
    const shape = sequence([short, constant({ rate: 10, over: '1m' })])
    const plan = planFor(shape)
    await using intake = await startIntake(byEvent(plan, (socket, event) => event < plan.warmUpCount + 30 ? socket.write(ok) : setTimeout(() => socket.write(ok), 800)))
    await using under = await openEngine(name, intake.port, { plan, senders, shape, maxSockets: 100 })
    const { part, sending } = under.flood()
    await until('some are answered and others open', 20_000, () => (under.engine.counters().acked >= 30 && intake.requests.length > 40) || undefined)
    await under.engine.finish('interrupted')
    await sending
    const { sent, unsent, attempts, acked, indeterminate, open } = under.engine.counters()
    const events = flood(plan)
    expect([sent + unsent, attempts, acked + indeterminate, open]).toEqual([events.length, sent, sent, 0])
    expect(await under.engine.report()).toMatchObject({ sent, unsent: { interrupted: unsent }, disagreements: [] })
    const isSent = (event: number): boolean => under.history.firstSent[event] !== 0
    expect(events.filter(isSent).length).toBe(sent)
    expect(events.every(event => isSent(event) !== (under.history.unsent[event] === 3))).toBe(true)
    // Whatever reached the intake counts as sent; nothing that was not due by then does.
    const corpus = createCorpus(plan)
    const seen = new Set(intake.requests.map(({ headers }) => headers.get('x-shopify-webhook-id')))
    expect(events.filter(event => seen.has(corpus.webhookId(event)) && !isSent(event))).toEqual([])
    expect(seen.size).toBe(intake.requests.length)
    expect(plan.dueTicks[events.findLast(isSent)!]).toBeLessThan(6_000_000)
    expect(outcomes[under.history.outcome[events.findLast(event => seen.has(corpus.webhookId(event)))!]]).toBe(openAtFinish[name])
    expect(part.to - part.from).toBe(events.length)
  })
})
