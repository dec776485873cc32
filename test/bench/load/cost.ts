// Part 1 of the bench: requests that each client sends per second of its own CPU time, flat out, in interleaved rounds.
import { sleep, until } from '../../../harness/clock.ts'
import { startClient } from './client.ts'
import { isPeer, type Absent, type Peer, type Target } from './peers/peer.ts'
import type { RawServer } from './server.ts'
import { fixed, median, table, whole } from './table.ts'

const connections = 64
/** Compilers, connections, VUs; not measured. By requests rather than by time, or a busy machine would have starts measured for work. */
const warmRequests = 40_000
const warmLimitMs = 60_000
const measuredMs = 3_000

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

/** Measures everyone once a round, so that a noisy minute is everyone's. */
export async function measureCosts(server: RawServer, target: Target, peers: readonly (Peer | Absent)[], rounds: number, progress: (line: string) => void): Promise<Costs> {
  const costs = new Map<string, Cost[]>(peers.map(peer => [peer.name, []]))
  for (let round = 1; round <= rounds; round++) {
    for (const peer of peers.filter(isPeer)) {
      const cost = await measureCost(server, target, peer)
      costs.get(peer.name)!.push(cost)
      progress(`cost, round ${round}: ${peer.name} ${whole(cost.perCpuSecond)} a CPU-second, ${whole(cost.perSecond)}/s`)
    }
  }
  return { rounds: costs, markdown: render(peers, costs) }
}

/** The server counts, so it does not matter what a client believes to have sent. */
async function measureCost(server: RawServer, target: Target, peer: Peer): Promise<Cost> {
  await server.reset()
  const client = startClient(peer.flatOut!(target, connections))
  try {
    await until(`${peer.name} has sent ${warmRequests} requests`, warmLimitMs, async () => (await server.count()) >= warmRequests || undefined, { everyMs: 100 })
    const [countBefore, cpuBefore, startedMs] = [await server.count(), client.cpuSeconds(), performance.now()]
    await sleep(measuredMs)
    const [countAfter, cpuAfter, endedMs] = [await server.count(), client.cpuSeconds(), performance.now()]
    const requests = countAfter - countBefore
    if (requests === 0) throw new Error(`${peer.name} sent nothing in ${measuredMs} ms`)
    return { perCpuSecond: requests / (cpuAfter - cpuBefore), perSecond: requests / ((endedMs - startedMs) / 1_000) }
  } finally {
    await client.end()
  }
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
