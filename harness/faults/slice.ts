// Fault `slice`: what passes a link comes in small pieces with a pause after each, so that no read gets a whole message.
import { mustDurationMs, type Duration } from '../scenario/duration.ts'
import { whole } from '../scenario/rules.ts'
import { durationBetween } from './link-rules.ts'
import { proxiedLink } from './proxied-link.ts'
import { streamsOf, toxicKind, type ToxicParameters } from './toxic-kind.ts'
import { transfer, wholeTransfer, type Transfer } from './transfer.ts'
import { twoLooksMs, watchTimes } from './trials.ts'

/** So many pauses are made as come to this. */
const aimMs = 250
const visibleMs = 20
/** About what the first answer of a server comes to, and what probes of other faults can wait for it. */
const answer = { bytes: 500, bearableMs: 300 } as const

export type SliceParameters = ToxicParameters & {
  /** Bytes of a piece, at most. */
  size: number
  /** The pause after each piece. */
  delay: Duration
}

export const slice = toxicKind<SliceParameters>({
  summary: 'slice what passes a link into small pieces with a pause after each',
  direction: 'both',
  rules: { size: whole(1, 65_536), delay: durationBetween('1ms', '1s') },
  toxic: ({ size, delay }) => ({ type: 'slicer', attributes: { average_size: size, size_variation: 0, delay: Math.round(mustDurationMs(delay) * 1_000) } }),
  silences: parameters => Math.ceil(answer.bytes / parameters.size) * mustDurationMs(parameters.delay) > answer.bearableMs,
  resembles: ['throttle'],
  leastMs: ({ share }) => twoLooksMs(aimMs, share),

  async watch(environment, target, parameters) {
    const { link } = proxiedLink(environment, target)
    const bytes = Math.ceil(aimMs / mustDurationMs(parameters.delay)) * parameters.size
    const expectedMs = shortestMs(await wholeTransfer(link, bytes), parameters)
    if (expectedMs < visibleMs) throw new Error(`the probes of ${target} (${link.protocol}) move too little to see it; say a smaller size or a longer delay`)
    return await watchTimes({
      what: `${bytes} bytes there and back`,
      share: parameters.share,
      addedMs: expectedMs,
      measureMs: async () => (await transfer(link, bytes)).tookMs,
    })
  },
})

/** What its pauses come to at least; the two ways run beside each other. */
function shortestMs({ sentBytes, receivedBytes }: Transfer, parameters: SliceParameters): number {
  const carried = { upstream: sentBytes, downstream: receivedBytes }
  return Math.floor(Math.max(...streamsOf(parameters, 'both').map(stream => carried[stream])) / parameters.size) * mustDurationMs(parameters.delay)
}
