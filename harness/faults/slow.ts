// Fault `slow`: what passes a link comes late. Toxiproxy delays bytes and never the handshake, so connecting stays as quick as it was.
import { mustDurationMs, type Duration } from '../scenario/duration.ts'
import { durationBetween } from './link-rules.ts'
import { askOnce } from './probe.ts'
import { proxiedLink } from './proxied-link.ts'
import { streamsOf, toxicKind, type ToxicParameters } from './toxic-kind.ts'
import { twoLooksMs, watchTimes } from './trials.ts'

/** What a round trip may take beside the latency. */
const probeLimitMs = 1_000
/** What probes of other faults can stand. */
const bearableMs = 300

export type SlowParameters = ToxicParameters & {
  /** Added to what passes. */
  latency: Duration
  /** Each delay is drawn from latency ± jitter. */
  jitter?: Duration
}

/** By default downstream only, so that a round trip grows by the latency once. */
export const slow = toxicKind<SlowParameters>({
  summary: 'slow a link: what passes through it is late by latency ± jitter',
  direction: 'down',
  rules: { latency: durationBetween('1ms', '60s'), jitter: durationBetween('0ms', '60s').optional() },
  problems(parameters) {
    const { latency, jitter } = attributesOf(parameters)
    return jitter > latency ? [`jitter: ${jitter} ms is more than the latency of ${latency} ms`] : []
  },
  toxic: parameters => ({ type: 'latency', attributes: attributesOf(parameters) }),
  silences: parameters => longestMs(parameters) > bearableMs,
  holdsMs: shortestMs,
  // A server that speaks first is late with its greeting, and then with its answer.
  leastMs: parameters => twoLooksMs(2 * longestMs(parameters), parameters.share),

  async watch(environment, target, parameters) {
    const { link } = proxiedLink(environment, target)
    if (link.protocol === 'tcp') throw new Error(`${target} speaks a protocol with no answer to time; give its component an HTTP path to be ready by`)
    const { latency, jitter } = attributesOf(parameters)
    const { share } = parameters
    return await watchTimes({
      what: 'round trip',
      share,
      // The fastest of a few must show it, and with jitter even the fastest has drawn something.
      addedMs: (latency - jitter / 2) * streamsOf(parameters, 'down').length,
      async measureMs() {
        const answer = await askOnce(link, probeLimitMs + 2 * longestMs(parameters))
        if (answer.kind !== 'answered') throw new Error(`no answer through ${target} to time: ${answer.text}`)
        return answer.tookMs
      },
    })
  },
})

function attributesOf({ latency, jitter = '0ms' }: SlowParameters): { latency: number; jitter: number } {
  return { latency: Math.round(mustDurationMs(latency)), jitter: Math.round(mustDurationMs(jitter)) }
}

/** What it adds to every round trip. */
function shortestMs(parameters: SlowParameters): number {
  const { latency, jitter } = attributesOf(parameters)
  return (latency - jitter) * streamsOf(parameters, 'down').length
}

/** What it can add to a round trip. */
function longestMs(parameters: SlowParameters): number {
  const { latency, jitter } = attributesOf(parameters)
  return (latency + jitter) * streamsOf(parameters, 'down').length
}
