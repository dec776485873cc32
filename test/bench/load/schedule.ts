// Part 2 of the bench: whether a constant rate arrives as a constant rate. Seen by the server alone.
import { createCorpus } from '../../../harness/platform/corpus.ts'
import { startClient } from './client.ts'
import { eventsOf, instantsOf, isPeer, type Absent, type Pace, type Peer, type Target } from './peers/peer.ts'
import { planOf } from './plan.ts'
import { bestPunctuality, punctualityOf, type Punctuality } from './punctuality.ts'
import type { RawServer } from './server.ts'
import { fixed, table, whole } from './table.ts'

const forMs = 10_000
/** At the start everyone compiles and connects: a run has its warm-up for that. */
const warmMs = 2_000
const connections = 512

/** One table a rate. */
export async function measureSchedules(server: RawServer, target: Target, peers: readonly (Peer | Absent)[], rates: readonly number[], progress: (line: string) => void): Promise<string> {
  const tables = []
  for (const rate of rates) {
    const rows = []
    for (const peer of peers) {
      const row = await measureRow(server, target, peer, { from: rate, to: rate, forMs })
      if (row === undefined) continue
      progress(`schedule at ${rate}/s: ${row.join(', ')}`)
      rows.push(row)
    }
    tables.push(`At ${whole(rate)}/s for ${forMs / 1_000} s, the first ${warmMs / 1_000} s left out:\n\n${table(['client', 'within 2 ms of plan', 'lag p99 ms', 'crowded 10 ms windows', 'not sent'], rows)}`)
  }
  return tables.join('\n\n')
}

async function measureRow(server: RawServer, target: Target, peer: Peer | Absent, pace: Pace): Promise<string[] | undefined> {
  if (!isPeer(peer)) return [peer.name, `not measured: ${peer.why}`, '', '', '']
  const invocation = peer.paced?.(target, pace, connections)
  if (invocation === undefined) return undefined
  await server.reset({ note: true })
  const client = startClient(invocation)
  const output = await client.finished.finally(() => client.end())
  const { startedAtMs } = await peer.reading!(target, pace, output)
  const { count, arrivedMs, ids } = await server.arrivals()
  const { onTime, lagP99Ms, crowdedWindows, windows } = startedAtMs === undefined ? judgeByOrder(arrivedMs, pace) : judgeByEvent(arrivedMs, ids, pace, startedAtMs)
  return [`${peer.name} ${peer.version}`, `${fixed(onTime * 100, 2)} %`, fixed(lagP99Ms, 2), `${crowdedWindows} of ${windows}`, whole(Math.max(0, eventsOf(pace) - count))]
}

/** The native engine's bodies say which event each is, and it says when it began. */
function judgeByEvent(arrivedMs: Float64Array, ids: Float64Array, pace: Pace, startedAtMs: number): Punctuality {
  const instants = instantsOf(pace)
  const firstId = Number(createCorpus(planOf(new Uint32Array(1))).orderId(0))
  const places = Uint32Array.from(arrivedMs.keys()).filter(n => arrivedMs[n] >= startedAtMs + warmMs)
  const arrived = Float64Array.from(places, n => arrivedMs[n])
  return punctualityOf(Float64Array.from(places, n => arrivedMs[n] - startedAtMs - instants[ids[n] - firstId]), arrived, pace.from)
}

function judgeByOrder(arrivedMs: Float64Array, pace: Pace): Punctuality {
  const planned = instantsOf(pace)
  const from = planned.findIndex(instant => instant >= warmMs)
  const arrived = arrivedMs.subarray(from, planned.length)
  return bestPunctuality(arrived, planned.subarray(from, from + arrived.length), pace.from)
}
