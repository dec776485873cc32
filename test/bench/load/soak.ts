// By hand: whether the native engine's memory stays what the history declares, over ten minutes.
import { monotonicMs, sleep } from '../../../harness/clock.ts'
import { bytesPerEvent } from '../../../harness/history/history.ts'
import { startClient } from './client.ts'
import { eventsOf, type Peer, type Target } from './peers/peer.ts'
import type { RawServer } from './server.ts'
import { fixed, table } from './table.ts'

const perSecond = 5_000
const connections = 512
const sampleEveryMs = 60_000
const mebibyte = 2 ** 20

/**
 * Samples once a minute. The history's pages become resident as events are recorded in them: that much growth is declared. Both count from the lowest
 * sample so far, since the heap gives back what the start took whenever it likes, which must not hide what grows.
 */
export async function soak(server: RawServer, target: Target, native: Peer, minutes: number, progress: (line: string) => void): Promise<string> {
  await server.reset()
  const pace = { from: perSecond, to: perSecond, forMs: minutes * sampleEveryMs }
  const client = startClient(native.paced!(target, pace, connections)!)
  try {
    const startMs = monotonicMs()
    const rows = []
    let lowest = { atMs: startMs, bytes: Number.POSITIVE_INFINITY }
    for (let minute = 1; minute < minutes; minute++) {
      await sleep(startMs + minute * sampleEveryMs - monotonicMs())
      const now = { atMs: monotonicMs(), bytes: client.residentBytes() }
      if (now.bytes < lowest.bytes) lowest = now
      const declared = ((now.atMs - lowest.atMs) / 1_000) * perSecond * bytesPerEvent(1)
      rows.push([`${minute}`, fixed(now.bytes / mebibyte, 1), fixed((now.bytes - lowest.bytes) / mebibyte, 1), fixed(declared / mebibyte, 1)])
      progress(`soak: ${rows.at(-1)!.join(', ')}`)
    }
    const { missing } = await native.reading!(target, pace, await client.finished)
    return `${table(['minute', 'resident MiB', 'grown MiB', 'declared MiB'], rows)}\n\n${missing} of ${eventsOf(pace)} events were not acked.`
  } finally {
    await client.end()
  }
}
