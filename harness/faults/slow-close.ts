// Fault `slowClose`: a connection that one end closes stays open for the other, as after a lost FIN. Pools fill up with what is gone.
import { mustDurationMs, type Duration } from '../scenario/duration.ts'
import type { Link } from '../environment/environment.ts'
import { monotonicMs } from '../clock.ts'
import { within } from './deadline.ts'
import { durationBetween } from './link-rules.ts'
import { openConnection } from './probe.ts'
import { proxiedLink } from './proxied-link.ts'
import { streamsOf, toxicKind, type ToxicParameters } from './toxic-kind.ts'
import { twoLooksMs, watchTimes } from './trials.ts'

const probeLimitMs = 1_000

export type SlowCloseParameters = ToxicParameters & {
  /** How late a close gets through, each way. */
  delay: Duration
}

export const slowClose = toxicKind<SlowCloseParameters>({
  summary: 'slow the closing of a link\'s connections: the other end learns of it late',
  direction: 'both',
  rules: { delay: durationBetween('50ms', '60s') },
  toxic: ({ delay }) => ({ type: 'slow_close', attributes: { delay: Math.round(mustDurationMs(delay)) } }),
  leastMs: parameters => twoLooksMs(addedMs(parameters), parameters.share),

  async watch(environment, target, parameters) {
    const { link } = proxiedLink(environment, target)
    return await watchTimes({
      what: 'close',
      share: parameters.share,
      addedMs: addedMs(parameters),
      measureMs: () => closeMs(link, probeLimitMs + 2 * addedMs(parameters)),
    })
  },
})

/** From this end's close to the other's: Toxiproxy hands it on upstream, then back downstream. */
async function closeMs(link: Link, limitMs: number): Promise<number> {
  const { socket, ended } = await openConnection(link, probeLimitMs)
  try {
    const beganMs = monotonicMs()
    socket.end()
    await within(`the close of a connection through ${link.name}`, limitMs, ended)
    return monotonicMs() - beganMs
  } finally {
    socket.destroy()
  }
}

function addedMs(parameters: SlowCloseParameters): number {
  return mustDurationMs(parameters.delay) * streamsOf(parameters, 'both').length
}
