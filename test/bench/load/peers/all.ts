// Everyone who is measured, in the order of the tables. A new peer is one file here and one line.
import { openAutocannon } from './autocannon.ts'
import { openBareLoop } from './bare-loop.ts'
import { openK6 } from './k6.ts'
import { openNative } from './native.ts'
import { orAbsent, type Absent, type Peer } from './peer.ts'
import { openVegeta } from './vegeta.ts'
import { openWrk } from './wrk.ts'

/** Looks all of them up, building what has to be built. */
export async function findPeers(progress: (line: string) => void): Promise<(Peer | Absent)[]> {
  const native = await openNative()
  return [
    native,
    await orAbsent('autocannon', openAutocannon),
    await orAbsent('k6', () => openK6(progress)),
    await orAbsent('wrk', openWrk),
    await orAbsent('vegeta', () => openVegeta(progress)),
    await openBareLoop('repeats'),
    await openBareLoop('signs'),
  ]
}
