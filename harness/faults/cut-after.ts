// Fault `cutAfter`: each connection of a link is closed once so many bytes have passed; on one from before they count from the fault's beginning.
import { whole } from '../scenario/rules.ts'
import { proxiedLink } from './proxied-link.ts'
import { streamsOf, toxicKind, type ToxicParameters } from './toxic-kind.ts'
import { transfer, wholeTransfer } from './transfer.ts'
import { watchTrials } from './trials.ts'

/** A probe sends this many times as much as may pass. */
const excess = 2

export type CutAfterParameters = ToxicParameters & {
  /** What passes in the direction before the connection is closed. */
  bytes: number
}

/** By default downstream: an answer breaks off in the middle. */
export const cutAfter = toxicKind<CutAfterParameters>({
  summary: 'cut each connection of a link after so many bytes',
  direction: 'down',
  rules: { bytes: whole(1, 1_000_000) },
  toxic: ({ bytes }) => ({ type: 'limit_data', attributes: { bytes } }),
  silences: () => true,

  async watch(environment, target, parameters) {
    const { link } = proxiedLink(environment, target)
    const asked = parameters.bytes * excess
    const before = await wholeTransfer(link, asked)
    const carried = { upstream: before.sentBytes, downstream: before.receivedBytes }
    const passed = Math.max(...streamsOf(parameters, 'down').map(stream => carried[stream]))
    if (passed <= parameters.bytes) throw new Error(`the probes of ${target} (${link.protocol}) move ${passed} bytes; a cut after ${parameters.bytes} would not be seen`)
    return watchTrials({
      before: `${passed} bytes passed`,
      share: parameters.share,
      async one() {
        const { receivedBytes, ended } = await transfer(link, asked)
        // Where the server's own close ends the answer, only its length tells.
        const brokeOff = ended !== 'late' && receivedBytes < before.receivedBytes
        return { hit: brokeOff, text: `closed after ${receivedBytes} of ${before.receivedBytes} bytes back` }
      },
    })
  },
})
