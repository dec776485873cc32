// Part 1 of the bench: requests that each client sends per second of its own CPU time, flat out. All of them are there at once and run by turns.
import { sleep, until } from '../../../harness/clock.ts'
import { startClient, type Client } from './client.ts'
import { isPeer, type Absent, type Peer, type Target } from './peers/peer.ts'
import type { RawServer } from './server.ts'
import { fixed, median, table, whole } from './table.ts'

const connections = 64
/** Compilers, connections, VUs; not measured. By requests rather than by time, or a busy machine would have starts measured for work. */
const warmRequests = 40_000
const warmLimitMs = 60_000
/** A shared machine's speed changes by a third within a second or two: whoever is compared must run within the same one. */
const turnMs = 200
const turnsPerRound = 15
/** For the server to answer what a client that was just stopped had sent. */
const settleMs = 10

/** What the native engine has to reach of each peer's requests a CPU-second. */
const targets: Readonly<Record<string, number>> = { autocannon: 1.1, k6: 5, wrk: 0.6 }

export interface Cost {
  perCpuSecond: number
  perSecond: number
}

export interface Costs {
  /** Rounds by the peer's name. */
  rounds: ReadonlyMap<string, readonly Cost[]>
  markdown: string
}

/** In each round everyone has the machine for as many short turns, one after the other, so that a noisy second is everyone's. */
export async function measureCosts(server: RawServer, target: Target, peers: readonly (Peer | Absent)[], rounds: number, progress: (line: string) => void): Promise<Costs> {
  const costs = new Map<string, Cost[]>(peers.map(peer => [peer.name, []]))
  const clients = new Map<string, Client>()
  try {
    for (const peer of peers.filter(isPeer)) {
      const client = startClient(peer.flatOut!(target, connections))
      clients.set(peer.name, client)
      await warm(server, peer.name, client)
    }
    for (let round = 1; round <= rounds; round++) {
      for (const [name, cost] of await measureRound(server, clients)) {
        costs.get(name)!.push(cost)
        progress(`cost, round ${round}: ${name} ${whole(cost.perCpuSecond)} a CPU-second, ${whole(cost.perSecond)}/s`)
      }
    }
  } finally {
    await Promise.all([...clients.values()].map(client => client.end()))
  }
  return { rounds: costs, markdown: render(peers, costs) }
}

async function warm(server: RawServer, name: string, client: Client): Promise<void> {
  await server.reset()
  await until(`${name} has sent ${warmRequests} requests`, warmLimitMs, async () => (await server.count()) >= warmRequests || undefined, { everyMs: 100 })
  client.stop()
}

/** The server counts, so it does not matter what a client believes to have sent. Who is stopped uses no CPU time, so a client's own is that of its turns. */
async function measureRound(server: RawServer, clients: ReadonlyMap<string, Client>): Promise<Map<string, Cost>> {
  const sums = new Map([...clients].map(([name, client]) => [name, { requests: 0, ms: 0, cpuBefore: client.cpuSeconds() }]))
  for (let turn = 0; turn < turnsPerRound; turn++) {
    for (const [name, client] of inTurn([...clients], turn)) {
      const sum = sums.get(name)!
      const [before, startedMs] = [await server.count(), performance.now()]
      client.go()
      await sleep(turnMs)
      client.stop()
      sum.ms += performance.now() - startedMs
      await sleep(settleMs)
      sum.requests += (await server.count()) - before
    }
  }
  return new Map([...clients].map(([name, client]) => {
    const { requests, ms, cpuBefore } = sums.get(name)!
    if (requests === 0) throw new Error(`${name} sent nothing in ${turnsPerRound} turns of ${turnMs} ms`)
    return [name, { perCpuSecond: requests / (client.cpuSeconds() - cpuBefore), perSecond: requests / (ms / 1_000) }]
  }))
}

/** Everyone comes first in some turn, and nobody always follows the same one: where in the order one stands is worth some per cent. */
function inTurn<T>(all: readonly T[], turn: number): T[] {
  const first = turn % all.length
  const rotated = [...all.slice(first), ...all.slice(0, first)]
  return turn % 2 === 0 ? rotated : rotated.toReversed()
}

function render(peers: readonly (Peer | Absent)[], costs: ReadonlyMap<string, readonly Cost[]>): string {
  const native = costs.get('native')!
  const rows = peers.map(peer => {
    if (!isPeer(peer)) return [peer.name, `not measured: ${peer.why}`, '', '', '', '']
    const own = costs.get(peer.name)!
    const perCpuSecond = own.map(cost => cost.perCpuSecond)
    // Neighbours in time are compared, so the ratio is taken round by round.
    const ratios = own.map((cost, round) => native[round].perCpuSecond / cost.perCpuSecond)
    return [
      `${peer.name} ${peer.version}`, whole(median(perCpuSecond)), fixed(1e6 / median(perCpuSecond), 1), whole(median(own.map(cost => cost.perSecond))),
      peer.name === 'native' ? '' : `${fixed(median(ratios), 2)} (${fixed(Math.min(...ratios), 2)}-${fixed(Math.max(...ratios), 2)})`,
      targets[peer.name] === undefined ? '' : `>= ${targets[peer.name]}`,
    ]
  })
  return table(['client', 'requests a CPU-second', 'us each', 'requests/s', 'native / client (spread)', 'target'], rows)
}
