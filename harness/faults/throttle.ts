// Fault `throttle`: a link gets narrow. Toxiproxy gives the rate to each connection and direction for itself, not to the link as a whole.
import { rateBetween, rateOf, type Rate } from './link-rules.ts'
import { proxiedLink } from './proxied-link.ts'
import { streamsOf, toxicKind, type ToxicParameters } from './toxic-kind.ts'
import { transfer, wholeTransfer, type Transfer } from './transfer.ts'
import { twoLooksMs, watchTimes } from './trials.ts'

/** As much is sent as the rate takes this long for. */
const aimMs = 250
/** What can be told from a busy machine. */
const visibleMs = 20
/** Slower than this the greeting of a server keeps the probes of other faults waiting. */
const bearableRate = 4

export type ThrottleParameters = ToxicParameters & {
  /** For each connection, each way: `64KB/s`. */
  rate: Rate
}

export const throttle = toxicKind<ThrottleParameters>({
  summary: 'throttle a link: each of its connections carries so many bytes a second',
  direction: 'both',
  rules: { rate: rateBetween('1KB/s', '100MB/s') },
  toxic: parameters => ({ type: 'bandwidth', attributes: { rate: rateOf(parameters.rate)! } }),
  silences: parameters => rateOf(parameters.rate)! < bearableRate,
  // Both come to bytes a second, and the narrower hides the other.
  resembles: ['slice'],
  leastMs: ({ share }) => twoLooksMs(aimMs, share),

  async watch(environment, target, parameters) {
    const { link } = proxiedLink(environment, target)
    const bytes = rateOf(parameters.rate)! * aimMs
    const expectedMs = shortestMs(await wholeTransfer(link, bytes), parameters)
    if (expectedMs < visibleMs) throw new Error(`the probes of ${target} (${link.protocol}) move too little to see a rate of ${parameters.rate}; say at most ${Math.floor((rateOf(parameters.rate)! * expectedMs) / visibleMs)}KB/s`)
    return await watchTimes({
      what: `${Math.round(bytes)} bytes there and back`,
      share: parameters.share,
      addedMs: expectedMs,
      measureMs: async () => (await transfer(link, bytes)).tookMs,
    })
  },
})

/** How long this takes at least where it is throttled; the two ways run beside each other. */
function shortestMs({ sentBytes, receivedBytes }: Transfer, parameters: ThrottleParameters): number {
  const carried = { upstream: sentBytes, downstream: receivedBytes }
  return Math.max(...streamsOf(parameters, 'both').map(stream => carried[stream])) / rateOf(parameters.rate)!
}
