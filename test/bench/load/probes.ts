// Part 3 of the bench: the two probes that calibrate every instrument, on each engine, with what it reads itself.
import { sleep, until } from '../../../harness/clock.ts'
import { frozenServerLatencies } from './closed-form.ts'
import { startClient } from './client.ts'
import { instantsOf, isPeer, type Absent, type OwnReading, type Pace, type Peer, type Target } from './peers/peer.ts'
import type { Arrivals } from './server-main.ts'
import type { RawServer } from './server.ts'
import { fixed, quantile, table, whole } from './table.ts'

const freeze = { afterMs: 7_000, forMs: 2_000 } as const
const frozenPaces: readonly Pace[] = [{ from: 200, to: 200, forMs: 16_000 }, { from: 100, to: 300, forMs: 16_000 }]
/** Fewer than what the freeze gathers, so that whoever measures from the send reads next to nothing. */
const frozenConnections = 64

const steadyMs = 3_000
const steadyRates = [100, 2_000] as const
const answersAfterMs = [20, 100] as const
const steadyConnections = 512

const startLimitMs = 20_000

/** p90 and p99 of each engine beside the closed form, at a constant rate and along a ramp. `serverPerSecond` is how fast the server answers what has gathered. */
export async function probeFrozenServer(server: RawServer, target: Target, peers: readonly (Peer | Absent)[], serverPerSecond: number, progress: (line: string) => void): Promise<string> {
  const rows = []
  for (const pace of frozenPaces) {
    for (const peer of peers) {
      const row = await probeFrozen(server, target, peer, pace, serverPerSecond)
      if (row === undefined) continue
      progress(`frozen server: ${row.join(', ')}`)
      rows.push(row)
    }
  }
  return table(['client', 'requests/s', 'p90 ms: closed form', 'its reading', 'off by', 'p99 ms: closed form', 'its reading', 'off by', 'lost'], rows)
}

async function probeFrozen(server: RawServer, target: Target, peer: Peer | Absent, pace: Pace, serverPerSecond: number): Promise<string[] | undefined> {
  if (!isPeer(peer) || peer.paced === undefined) return undefined
  const rate = pace.from === pace.to ? `${pace.from}` : `${pace.from} to ${pace.to}`
  const invocation = peer.paced(target, pace, frozenConnections)
  if (invocation === undefined) return [peer.name, rate, 'cannot draw it', '', '', '', '', '', '']
  const { reading, arrivals } = await runPaced(server, target, peer, pace, { connections: frozenConnections, freezes: true })
  const planned = instantsOf(pace)
  const startedAtMs = reading.startedAtMs ?? arrivals.arrivedMs[0]
  const truth = frozenServerLatencies(planned.map(instant => instant + startedAtMs), { stillMs: arrivals.stillMs, answersPerMs: serverPerSecond / 1_000 })
  const columns = [0.9, 0.99].flatMap(share => {
    const [expected, read] = [quantile(truth, share), share === 0.9 ? reading.p90 : reading.p99]
    return [fixed(expected, 0), fixed(read, 0), `${fixed((read / expected - 1) * 100, 1)} %`]
  })
  return [peer.name, rate, ...columns, whole(Math.max(0, planned.length - arrivals.count))]
}

/** p50 of each engine over a server that holds every answer back for a constant time; the first row is what the server itself saw. */
export async function probeSteadyServer(server: RawServer, target: Target, peers: readonly (Peer | Absent)[], progress: (line: string) => void): Promise<string> {
  const cases = answersAfterMs.flatMap(answerAfterMs => steadyRates.map(rate => ({ answerAfterMs, pace: { from: rate, to: rate, forMs: steadyMs } })))
  const held = ['the server itself']
  const rows = [held]
  for (const peer of peers) {
    if (!isPeer(peer) || peer.paced === undefined) continue
    const row = [peer.name]
    for (const { answerAfterMs, pace } of cases) {
      const { reading, arrivals } = await runPaced(server, target, peer, pace, { connections: steadyConnections, answerAfterMs })
      row.push(fixed(reading.p50, 1))
      // What it held the native engine's requests for; it holds everyone's in the same way.
      if (rows.length === 1) held.push(fixed(quantile(arrivals.answeredMs.map((answered, n) => answered - arrivals.arrivedMs[n]).sort(), 0.5), 1))
    }
    progress(`constant latency: ${row.join(', ')}`)
    rows.push(row)
  }
  return table(['p50 ms', ...cases.map(({ answerAfterMs, pace }) => `${answerAfterMs} ms at ${whole(pace.from)}/s`)], rows)
}

interface PacedOptions {
  connections: number
  answerAfterMs?: number
  freezes?: boolean
}

async function runPaced(server: RawServer, target: Target, peer: Peer, pace: Pace, { connections, answerAfterMs = 0, freezes = false }: PacedOptions): Promise<{ reading: OwnReading; arrivals: Arrivals }> {
  await server.reset({ note: true, answerAfterMs })
  const client = startClient(peer.paced!(target, pace, connections)!)
  try {
    if (freezes) {
      await until(`${peer.name} sends its first request`, startLimitMs, async () => (await server.count()) > 0 || undefined)
      await sleep(freeze.afterMs)
      await server.freeze(freeze.forMs)
    }
    const reading = await peer.reading!(target, pace, await client.finished)
    return { reading, arrivals: await server.arrivals() }
  } finally {
    await client.end()
  }
}
