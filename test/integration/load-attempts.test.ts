// How attempts end, against servers that misbehave in every way a TCP peer can.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'

import { sleep } from '../../harness/clock.ts'
import { createPortPicker } from '../../harness/environment/free-port.ts'
import { readAttempts } from '../../harness/history/attempt-file.ts'
import { outcomes, type Outcome } from '../../harness/history/history.ts'
import { ConnectionPool } from '../../harness/load/native/connection-pool.ts'
import { readCounters, WAITED_FOR_SOCKET } from '../../harness/load/native/counters.ts'
import { burst, noRetries, ok, openSender, planOf, startIntake, status } from '../fixtures/load.ts'

interface Ending {
  how: string
  answer(socket: Socket): void
  outcome: Outcome
  status: number
  totalTimeoutMs?: number
}

const endings: Ending[] = [
  { how: '200', answer: socket => socket.write(ok), outcome: 'acked', status: 200 },
  { how: '204', answer: socket => socket.write('HTTP/1.1 204 No Content\r\n\r\n'), outcome: 'acked', status: 204 },
  { how: '200 in chunks', answer: socket => socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n'), outcome: 'acked', status: 200 },
  { how: '200 byte by byte', answer: dribble, outcome: 'acked', status: 200 },
  { how: '103, then 200', answer: socket => socket.write(`HTTP/1.1 103 Early Hints\r\n\r\n${ok}`), outcome: 'acked', status: 200 },
  { how: '200 that ends with the connection', answer: socket => socket.end('HTTP/1.1 200 OK\r\n\r\nall of it'), outcome: 'acked', status: 200 },
  { how: '200 and connection: close', answer: socket => socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'), outcome: 'acked', status: 200 },
  { how: '200 and a reset after it', answer: socket => socket.write(ok, () => socket.resetAndDestroy()), outcome: 'acked', status: 200 },
  { how: 'a status that means not taken', answer: socket => socket.write(status(503)), outcome: 'refused', status: 503 },
  { how: 'a status that means not taken, cut off', answer: socket => socket.end('HTTP/1.1 503 Busy\r\nContent-Length: 9\r\n\r\nbus'), outcome: 'indeterminate', status: 503 },
  { how: '500', answer: socket => socket.write(status(500)), outcome: 'indeterminate', status: 500 },
  { how: '401', answer: socket => socket.write(status(401)), outcome: 'indeterminate', status: 401 },
  { how: '302', answer: socket => socket.write('HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n'), outcome: 'indeterminate', status: 302 },
  { how: 'no HTTP', answer: socket => socket.write('-ERR unknown command\r\n'), outcome: 'indeterminate', status: 0 },
  { how: 'FIN instead of an answer', answer: socket => socket.end(), outcome: 'indeterminate', status: 0 },
  { how: 'FIN in the middle of an answer', answer: socket => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'), outcome: 'indeterminate', status: 200 },
  { how: 'reset instead of an answer', answer: socket => socket.resetAndDestroy(), outcome: 'indeterminate', status: 0 },
  { how: 'reset in the middle of an answer', answer: socket => socket.write('HTTP/1.1 200 OK\r\n', () => setTimeout(() => socket.resetAndDestroy(), 20)), outcome: 'indeterminate', status: 200 },
  { how: 'nothing until the deadline', answer: () => {}, outcome: 'indeterminate', status: 0, totalTimeoutMs: 150 },
  { how: 'half an answer until the deadline', answer: socket => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'), outcome: 'indeterminate', status: 200, totalTimeoutMs: 150 },
]

async function dribble(socket: Socket): Promise<void> {
  for (const byte of ok) {
    socket.write(byte)
    await sleep(1)
  }
}

describe('an attempt', () => {
  it.each(endings)('that gets $how is $outcome', async ({ answer, outcome, status: expected, totalTimeoutMs = 2_000 }) => {
    await using intake = await startIntake(answer)
    await using under = await openSender(intake.port, planOf([0]), { retries: { ...noRetries, totalTimeoutMs } })
    await under.sendAll()
    const { history } = under
    expect([outcomes[history.firstOutcome[0]], outcomes[history.outcome[0]], history.status[0]]).toEqual([outcome, outcome, expected])
    expect(history.acked[0]).toBe(outcome === 'acked' ? history.firstEnded[0] : 0)
    expect(history.firstEnded[0] - history.firstSent[0]).toBeGreaterThanOrEqual(totalTimeoutMs < 2_000 ? totalTimeoutMs * 100 : 0)
    expect(intake.requests.length).toBe(1)
  })

  it('is refused where nobody listens: no byte was sent', async () => {
    const port = await createPortPicker()()
    await using under = await openSender(port, planOf(burst(50)))
    await under.sendAll()
    expect(readCounters(under.counters)).toMatchObject({ sent: 50, attempts: 50, refused: 50, open: 0 })
    expect(Array.from(under.history.status)).toEqual(burst(50))
  })

  it('is refused when the connection is not there in time', async () => {
    // A stopped process with room for one connection: once that is taken the kernel drops what else knocks.
    const listener = spawn(process.execPath, ['-e', "const server = require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port))"], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = (await once(listener.stdout, 'data')) as [Buffer]
    const port = Number(line)
    listener.kill('SIGSTOP')
    const holding = Array.from({ length: 4 }, () => connect({ port, host: '127.0.0.1' }).on('error', () => {}))
    try {
      await sleep(100)
      await using under = await openSender(port, planOf([0]), { retries: { ...noRetries, connectTimeoutMs: 200, totalTimeoutMs: 10_000 } })
      await under.sendAll()
      expect([outcomes[under.history.outcome[0]], under.history.status[0]]).toEqual(['refused', 0])
      expect(under.history.firstEnded[0] - under.history.firstSent[0]).toBeGreaterThanOrEqual(20_000)
      expect(under.history.firstEnded[0] - under.history.firstSent[0]).toBeLessThan(1_000_000)
    } finally {
      for (const socket of holding) socket.destroy()
      listener.kill('SIGKILL')
    }
  })

  it('is indeterminate when a kept-alive connection dies under it, whoever was first', async () => {
    await using intake = await startIntake((socket, { numberOnConnection }) => numberOnConnection === 1 ? socket.write(ok) : socket.resetAndDestroy())
    await using under = await openSender(intake.port, planOf([0, 60]))
    await under.sendAll()
    expect(Array.from(under.history.outcome, outcome => outcomes[outcome])).toEqual(['acked', 'indeterminate'])
    expect(intake.connections).toBe(1)
  })

  it('takes a new connection when the server closed the idle one', async () => {
    await using intake = await startIntake(socket => socket.write(ok, () => setTimeout(() => socket.end(), 10)))
    await using under = await openSender(intake.port, planOf([0, 100, 200]))
    await under.sendAll()
    expect(readCounters(under.counters)).toMatchObject({ acked: 3, attempts: 3 })
    expect(intake.connections).toBe(3)
  })

  it.each([
    ['at once', (socket: Socket) => socket.write(ok + ok)],
    ['later', (socket: Socket) => socket.write(ok, () => setTimeout(() => socket.write(ok), 20))],
  ])('does not trust a connection on which the server speaks unasked, %s', async (_, answer) => {
    await using intake = await startIntake((socket, { number }) => number === 1 ? answer(socket) : socket.write(ok))
    await using under = await openSender(intake.port, planOf([0, 100]))
    await under.sendAll()
    expect(readCounters(under.counters)).toMatchObject({ attempts: 2, acked: 2, open: 0 })
    expect(intake.connections).toBe(2)
  })
})

describe('sockets', () => {
  it('are kept alive, and never more than allowed; events that wait are counted, sent late and not dropped', async () => {
    await using intake = await startIntake(socket => setTimeout(() => socket.write(ok), 5))
    await using under = await openSender(intake.port, planOf(burst(100)), { maxSockets: 4 })
    await under.sendAll()
    expect(intake.connections).toBe(4)
    expect(readCounters(under.counters)).toMatchObject({ sent: 100, acked: 100, unsent: 0 })
    expect(under.counters[WAITED_FOR_SOCKET]).toBe(96)
    expect(under.sender.report().lagMs.max).toBeGreaterThan(100)
  })

  it('are opened a few hundred at a time, so that an accept queue is not flooded', async () => {
    await using intake = await startIntake(() => {})
    const pool = new ConnectionPool({
      address: { host: '127.0.0.1', port: intake.port },
      maxSockets: 600, connectTimeoutMs: 1_000, totalTimeoutMs: 5_000, refusedStatuses: [],
      outbox: { add: () => {}, flush: () => {} },
      onSent: () => {},
      onEnded: () => {},
    })
    const openAt = (nowMs: number): number => {
      for (let connection = pool.available(nowMs); connection !== undefined; connection = pool.available(nowMs)) pool.start(connection, 0, 1, nowMs)
      return pool.underWay
    }
    try {
      // None of them has answered: only time makes room for more, and the bound on all of them stays.
      expect([openAt(0), openAt(19), openAt(21), openAt(42), openAt(63)]).toEqual([256, 256, 512, 600, 600])
      expect(pool.nextDeadlineMs).toBe(1_000)
    } finally {
      pool.close()
    }
  })
})

describe('retries', () => {
  it('come one scaled delay after the failed attempt ended, until one is acked; the file of attempts tells what the server saw', async () => {
    const failures = 3
    await using intake = await startIntake((socket, request) => {
      const tries = intake.requests.filter(other => other.headers.get('x-shopify-webhook-id') === request.headers.get('x-shopify-webhook-id')).length
      socket.write(tries <= failures ? status(tries === 2 ? 500 : 503) : ok)
    })
    const events = 20
    await using under = await openSender(intake.port, planOf(Array.from({ length: events }, (_, event) => event * 3)), { timeScale: 100, retries: { ...noRetries, delaysMs: [2_000, 4_000, 8_000, 16_000] } })
    await under.sendAll()
    const { history } = under
    expect(readCounters(under.counters)).toMatchObject({ sent: events, attempts: events * 4, acked: events, refused: events * 2, indeterminate: events, waitingForRetry: 0 })
    expect(intake.requests.length).toBe(events * 4)
    expect(Array.from(history.attempts)).toEqual(Array.from({ length: events }, () => 4))
    const later = Array.from(readAttempts(under.attemptsFile), attempt => ({ ...attempt }))
    expect(later.length).toBe(events * 3)
    for (let event = 0; event < events; event++) {
      const own = later.filter(attempt => attempt.event === event)
      expect(own.map(({ number, status: code, outcome }) => [number, code, outcomes[outcome]])).toEqual([[2, 500, 'indeterminate'], [3, 503, 'refused'], [4, 200, 'acked']])
      expect(history.acked[event]).toBe(own[2].ended)
      const ends = [history.firstEnded[event], ...own.map(({ ended }) => ended)]
      own.forEach(({ sent }, retry) => expect(sent - ends[retry]).toBeGreaterThanOrEqual([2_000, 4_000, 8_000][retry] - 1))
    }
    // A retry is the same webhook again, byte for byte.
    const bodies = new Map<string, Set<string>>()
    for (const { headers, body } of intake.requests) {
      const id = headers.get('x-shopify-webhook-id')!
      bodies.set(id, (bodies.get(id) ?? new Set()).add(body.toString('latin1')))
    }
    expect(bodies.size).toBe(events)
    expect(Math.max(...Array.from(bodies.values(), set => set.size))).toBe(1)
  })

  it('used up take the subscription with them: what the shop was still owed is unsent', async () => {
    await using intake = await startIntake((socket, { headers }) => socket.write(headers.get('x-shopify-shop-domain') === 'shop-0.myshopify.com' ? status(500) : ok))
    await using under = await openSender(intake.port, planOf([0, 0, 200, 200, 400, 400], 2), { retries: { ...noRetries, delaysMs: [30], removesSubscription: true } })
    await under.sendAll()
    expect(Array.from(under.history.unsent)).toEqual([0, 0, 1, 0, 1, 0])
    expect(under.sender.report()).toMatchObject({ sent: 4, unsent: { unsubscribed: 2 }, attempts: 5, subscriptionsRemoved: 1 })
  })
})

it('measures the lag of its own loop', async () => {
  await using intake = await startIntake(socket => socket.write(ok))
  await using under = await openSender(intake.port, planOf(Array.from({ length: 300 }, (_, event) => event)))
  const sending = under.sendAll()
  await sleep(100)
  const blockedUntil = performance.now() + 120
  while (performance.now() < blockedUntil);
  await sending
  const { lagMs, eventLoopDelayMs } = under.sender.report()
  expect(lagMs.max).toBeGreaterThan(100)
  expect(eventLoopDelayMs.max).toBeGreaterThan(90)
  expect(readCounters(under.counters).acked).toBe(300)
})
