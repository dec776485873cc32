// By hand: whether the native engine's memory stays what the history declares, over ten minutes.
import { monotonicMs, sleep } from '../../../harness/clock.ts'
import { bytesPerEvent } from '../../../harness/history/history.ts'
import { startClient } from './client.ts'
import { eventsOf, type Peer, type Target } from './peers/peer.ts'
import type { RawServer } from './server.ts'
import { fixed, table } from './table.ts'

const perSecond = 5_000
const connections = 512
/** Until then the heap finds its size. */
const settledMs = 60_000
const mebibyte = 2 ** 20

/** Samples once a minute. The history's pages become resident as events are recorded in them: that much growth is declared. */
export async function soak(server: RawServer, target: Target, native: Peer, minutes: number, progress: (line: string) => void): Promise<string> {
  await server.reset()
  const pace = { from: perSecond, to: perSecond, forMs: minutes * 60_000 }
  const client = startClient(native.paced!(target, pace, connections)!)
  try {
    await sleep(settledMs)
    const [startMs, startBytes] = [monotonicMs(), client.residentBytes()]
    const rows = []
    for (let minute = 2; minute < minutes + 1; minute++) {
      // The last sample stands just before the end, while there is a process to ask.
      await sleep(startMs + (minute - 1) * 60_000 - monotonicMs() - (minute === minutes ? 2_000 : 0))
      const resident = client.residentBytes()
      const declared = ((monotonicMs() - startMs) / 1_000) * perSecond * bytesPerEvent(1)
      rows.push([`${minute}`, fixed(resident / mebibyte, 1), fixed((resident - startBytes) / mebibyte, 1), fixed(declared / mebibyte, 1)])
      progress(`soak: ${rows.at(-1)!.join(', ')}`)
    }
    const { missing } = await native.reading!(target, pace, await client.finished)
    return `${table(['minute', 'resident MiB', 'grown MiB', 'declared MiB'], rows)}\n\n${missing} of ${eventsOf(pace)} events were not acked.`
  } finally {
    await client.end()
  }
}
