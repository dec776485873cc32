// Fault `slow`: answers through a link come late. Downstream only, so a round trip grows by the latency once; the handshake never does.
import { durationMs, mustDurationMs, type Duration } from '../scenario/duration.ts'
import type { FaultKind, Watch } from './fault.ts'
import { askOnce } from './probe.ts'
import { proxiedLink, proxyStep, replaceProxy } from './proxied-link.ts'

const toxicName = 'floodmark-slow'
/** What a round trip may take beside the latency. */
const probeLimitMs = 1_000
const samples = 3
/** Share of the asked latency that a round trip must have grown by. */
const seenShare = 0.8
const maxLatencyMs = 60_000

export type SlowParameters = {
  /** Added to each answer. */
  latency: Duration
  /** Each answer's own delay is drawn from latency ± jitter. */
  jitter?: Duration
}

export const slow: FaultKind<SlowParameters> = {
  targets: 'link',
  summary: 'slow a link: what comes back through it is late by latency ± jitter',
  healLimitMs: 3_000,
  problems: slowProblems,
  undo: (environment, target) => [proxyStep(environment, target, 'remove-toxics')],

  async install(environment, target, parameters) {
    const { toxiproxy, proxy } = proxiedLink(environment, target)
    const attributes = attributesOf(parameters)
    await toxiproxy.addToxic(proxy, { name: toxicName, type: 'latency', stream: 'downstream', toxicity: 1, attributes })
    return `latency of ${attributes.latency} ± ${attributes.jitter} ms added downstream`
  },

  async probeInstalled(environment, target, parameters) {
    const { toxiproxy, proxy } = proxiedLink(environment, target)
    const toxic = (await toxiproxy.proxy(proxy)).toxics.find(each => each.name === toxicName)
    return toxic?.attributes.latency === attributesOf(parameters).latency ? `toxic in place: ${JSON.stringify(toxic.attributes)}` : undefined
  },

  async watch(environment, target, parameters): Promise<Watch> {
    const { link } = proxiedLink(environment, target)
    if (link.protocol === 'tcp') throw new Error(`${target} speaks a protocol with no answer to time; give its component an HTTP path to be ready by`)
    const asked = attributesOf(parameters)
    const limitMs = probeLimitMs + 2 * (asked.latency + asked.jitter)
    const timeOne = async (): Promise<number> => {
      const answer = await askOnce(link, limitMs)
      if (answer.kind !== 'answered') throw new Error(`no answer through ${target} to time: ${answer.text}`)
      return answer.tookMs
    }
    let earlierMs = Number.POSITIVE_INFINITY
    for (let sample = 0; sample < samples; sample += 1) earlierMs = Math.min(earlierMs, await timeOne())
    let inRow = 0
    return {
      before: `round trip ${earlierMs.toFixed(1)} ms`,
      // The fastest of a few, since a toxic spares none and a busy machine some; twice in a row, since a stall of this process hits all that are under way.
      async look() {
        const nowMs = Math.min(...await Promise.all(Array.from({ length: samples }, timeOne)))
        inRow = nowMs < earlierMs + seenShare * asked.latency ? 0 : inRow + 1
        return inRow < 2 ? undefined : { by: 'probe', evidence: `round trip ${nowMs.toFixed(1)} ms, ${earlierMs.toFixed(1)} ms before` }
      },
      close: () => {},
    }
  },

  async heal(environment, target) {
    const { toxiproxy, proxy } = proxiedLink(environment, target)
    await toxiproxy.removeToxic(proxy, toxicName)
  },

  forceHeal: replaceProxy,

  async probeHealed(environment, target) {
    const { toxiproxy, proxy } = proxiedLink(environment, target)
    const { toxics } = await toxiproxy.proxy(proxy)
    return toxics.some(toxic => toxic.name === toxicName) ? undefined : 'toxic gone'
  },
}

function slowProblems(parameters: Record<string, number | string>): string[] {
  const problems: string[] = []
  for (const [name, value] of Object.entries(parameters)) {
    if (name !== 'latency' && name !== 'jitter') problems.push(`${name}: slow takes latency and jitter`)
    else if (typeof value !== 'string' || durationMs(value) === undefined) problems.push(`${name}: ${JSON.stringify(value)} is not a duration; say 300ms`)
  }
  if (parameters.latency === undefined) problems.push('latency: missing; say 300ms')
  if (problems.length > 0) return problems
  const { latency, jitter } = attributesOf(parameters as SlowParameters)
  if (latency < 1 || latency > maxLatencyMs) problems.push(`latency: ${latency} ms is outside 1 ms to ${maxLatencyMs} ms`)
  if (jitter > latency) problems.push(`jitter: ${jitter} ms is more than the latency of ${latency} ms`)
  return problems
}

function attributesOf({ latency, jitter = '0ms' }: SlowParameters): { latency: number; jitter: number } {
  return { latency: Math.round(mustDurationMs(latency)), jitter: Math.round(mustDurationMs(jitter)) }
}
