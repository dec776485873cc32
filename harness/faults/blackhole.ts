// Fault `blackhole`: bytes vanish and connections stay. A toxic does it, not a route without an end: while Toxiproxy waits for an upstream
// that does not answer it accepts nobody (toxiproxy #155), and what is asked for here is a silent link, not one that cannot be reached.
import { askOnce } from './probe.ts'
import { proxiedLink } from './proxied-link.ts'
import { toxicKind, type ToxicParameters } from './toxic-kind.ts'
import { twoLooksMs, watchTrials } from './trials.ts'

/** Silence that counts, where an answer came before. */
const silenceMs = 500

/**
 * The timeout of 0 never closes; any other would begin anew with each chunk. Healing closes every connection of the link: what vanished was
 * acknowledged by the proxy and comes no more, so that no connection could go on whole.
 */
export const blackhole = toxicKind<ToxicParameters>({
  summary: 'black-hole a link: bytes vanish, connections stay open; the heal closes them',
  direction: 'both',
  rules: {},
  toxic: () => ({ type: 'timeout', attributes: { timeout: 0 } }),
  silences: () => true,
  holdsMs: () => Number.POSITIVE_INFINITY,
  leastMs: ({ share }) => twoLooksMs(silenceMs, share),

  async watch(environment, target, { share }) {
    const { link } = proxiedLink(environment, target)
    if (link.protocol === 'tcp') throw new Error(`${target} speaks a protocol with no answer to miss; give its component an HTTP path to be ready by`)
    const before = await askOnce(link, silenceMs)
    if (before.kind !== 'answered') throw new Error(`nothing answers through ${target} before the fault: ${before.text}`)
    return watchTrials({
      before: before.text,
      share,
      async one() {
        const { kind, text } = await askOnce(link, silenceMs)
        return { hit: kind === 'silent', text: `connected, then ${text}` }
      },
    })
  },
})
