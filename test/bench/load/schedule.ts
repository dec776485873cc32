// Part 2 of the bench: whether a constant rate arrives as a constant rate. Seen by the server alone.
import { cpuBetween, readCpuTimes } from '../../../harness/environment/machine-cpu.ts'
import { startClient } from './client.ts'
import { eventsOf, instantsOf, isPeer, warmMs, type Absent, type Pace, type Peer, type Target } from './peers/peer.ts'
import { firstOrderId } from './plan.ts'
import { bestPunctuality, punctualityOf, type Punctuality } from './punctuality.ts'
import type { RawServer } from './server.ts'
import { measureStillness } from './stillness.ts'
import { fixed, median, table, whole } from './table.ts'

const forMs = 10_000
const connections = 512
/** Interleaved, so that a noisy minute is everyone's. */
const rounds = 3

interface Row extends Punctuality {
  notSent: number
  /** By its own clock; NaN of one that keeps no such account. */
  leftOnTime: number
  /** Of the machine, by its hypervisor, meanwhile. */
  stolen: number
}

/** What the machine itself allows, and one table a rate: of each client's rounds the median, each column by itself. */
export async function measureSchedules(server: RawServer, target: Target, peers: readonly (Peer | Absent)[], rates: readonly number[], progress: (line: string) => void): Promise<string> {
  const stillness = await measureStillness()
  const tables = [`A loop on each core that only looks at the clock would be late for ${stillness.map(percent).join(' and ')} of the instants.`]
  for (const rate of rates) {
    const measured = new Map<string, Row[]>()
    for (let round = 1; round <= rounds; round++) {
      for (const peer of peers.filter(isPeer)) {
        const row = await measureRow(server, target, peer, { from: rate, to: rate, forMs })
        if (row === undefined) continue
        progress(`schedule at ${rate}/s, round ${round}: ${peer.name} ${percent(row.onTime)} within 2 ms (${percent(row.leftOnTime)} by its own clock), lag p99 ${fixed(row.lagP99Ms, 2)} ms, ${row.crowdedWindows} crowded, ${row.notSent} not sent, ${percent(row.stolen)} stolen`)
        measured.set(peer.name, [...(measured.get(peer.name) ?? []), row])
      }
    }
    tables.push(`At ${whole(rate)}/s for ${forMs / 1_000} s, the first ${warmMs / 1_000} s left out, ${rounds} rounds:\n\n${render(peers, measured)}`)
  }
  return tables.join('\n\n')
}

function render(peers: readonly (Peer | Absent)[], measured: ReadonlyMap<string, readonly Row[]>): string {
  const rows = peers.flatMap(peer => {
    if (!isPeer(peer)) return [[peer.name, `not measured: ${peer.why}`, '', '', '', '', '']]
    const own = measured.get(peer.name)
    if (own === undefined) return []
    const of = (column: keyof Row): number => median(own.map(row => row[column]))
    const onTime = own.map(row => row.onTime)
    return [[
      `${peer.name} ${peer.version}`, `${percent(of('onTime'))} (${percent(Math.min(...onTime))} to ${percent(Math.max(...onTime))})`, percent(of('leftOnTime')), fixed(of('lagP99Ms'), 2),
      `${of('crowdedWindows')} of ${of('windows')}`, whole(of('notSent')), percent(of('stolen')),
    ]]
  })
  return table(['client', 'arrived within 2 ms of plan (spread)', 'left within 2 ms, by its own clock', 'lag p99 ms', 'crowded 10 ms windows', 'not sent', 'CPU stolen'], rows)
}

async function measureRow(server: RawServer, target: Target, peer: Peer, pace: Pace): Promise<Row | undefined> {
  const invocation = peer.paced?.(target, pace, connections)
  if (invocation === undefined) return undefined
  await server.reset({ note: true })
  const cpuBefore = readCpuTimes()
  const client = startClient(invocation)
  const output = await client.finished.finally(() => client.end())
  const stolen = cpuBetween(cpuBefore, readCpuTimes())?.stolenShare ?? Number.NaN
  const { startedAtMs, leftOnTime = Number.NaN } = await peer.reading!(target, pace, output)
  const { count, arrivedMs, ids } = await server.arrivals()
  const punctuality = startedAtMs === undefined ? judgeByOrder(arrivedMs, pace) : judgeByEvent(arrivedMs, ids, pace, startedAtMs)
  return { ...punctuality, leftOnTime, notSent: Math.max(0, eventsOf(pace) - count), stolen }
}

function percent(share: number): string {
  return Number.isNaN(share) ? '-' : `${fixed(share * 100, 2)} %`
}

/** The native engine's bodies say which event each is, and it says when it began. */
function judgeByEvent(arrivedMs: Float64Array, ids: Float64Array, pace: Pace, startedAtMs: number): Punctuality {
  const instants = instantsOf(pace)
  const firstId = firstOrderId()
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
