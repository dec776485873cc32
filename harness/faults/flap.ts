// Fault `flap`: a link goes away and comes back, again and again. The harness itself beats the time; dead, it leaves one step to undo.
import { sleep } from '../clock.ts'
import type { Link } from '../environment/environment.ts'
import { mustDurationMs, type Duration } from '../scenario/duration.ts'
import { object, problemsOf } from '../scenario/rules.ts'
import type { FaultKind, Watch } from './fault.ts'
import { durationBetween } from './link-rules.ts'
import { accepts, askOnce } from './probe.ts'
import { bringUp, proxiedLink, proxyStep, replaceProxy, takeDown } from './proxied-link.ts'

const probeLimitMs = 500
/** A day at the shortest period. */
const maxTurns = 432_000

export type FlapParameters = {
  /** From one time that it goes away to the next. */
  period: Duration
  /** How long it stays away each time. Default: half the period. */
  downFor?: Duration
}

interface Flapping {
  stop: AbortController
  ended: Promise<void>
}

const flapping = new WeakMap<Link, Flapping>()
const rules = object({ period: durationBetween('200ms', '10m'), downFor: durationBetween('100ms', '5m').optional() })

export const flap: FaultKind<FlapParameters> = {
  targets: 'link',
  summary: 'flap a link: it is cut and comes back, once every period',
  healLimitMs: 6_000,
  silences: () => true,
  leastMs: parameters => mustDurationMs(parameters.period) + 2 * probeLimitMs,
  problems(parameters) {
    const malformed = problemsOf('', rules, parameters)
    if (malformed.length > 0) return malformed
    const { downMs, upMs } = timesOf(parameters as FlapParameters)
    return upMs < 100 ? [`downFor: ${downMs} ms leaves the link up for ${upMs} ms of a period, must leave 100 ms`] : []
  },
  undo: (environment, target) => [proxyStep(environment, target, 'enable-proxy')],

  async install(environment, target, parameters, id) {
    const { link } = proxiedLink(environment, target)
    const { downMs, upMs } = timesOf(parameters)
    await takeDown(environment, target, id)
    const stop = new AbortController()
    flapping.set(link, { stop, ended: beat(stop.signal) })
    return `down for ${downMs} ms, up for ${upMs} ms, in turn`

    /** The first time down is behind it; ends when it is healed. */
    async function beat(signal: AbortSignal): Promise<void> {
      for (let turn = 0; turn < maxTurns && await rests(downMs, signal); turn += 1) {
        // A call that fails now is made again at the next turn, and the last word is healing's.
        await bringUp(environment, target, id).catch(() => {})
        if (!await rests(upMs, signal)) return
        await takeDown(environment, target, id).catch(() => {})
      }
    }
  },

  async probeInstalled(environment, target) {
    const { link, toxiproxy, proxy } = proxiedLink(environment, target)
    const { enabled } = await toxiproxy.proxy(proxy)
    // Where a port of the engine's leads to the proxy that port goes on to accept, and closes at once.
    const { kind, text } = await askOnce(link, probeLimitMs)
    return !enabled && kind === 'gone' ? `down, new connection: ${text}` : undefined
  },

  async watch(environment, target): Promise<Watch> {
    const { link } = proxiedLink(environment, target)
    const before = await askOnce(link, probeLimitMs)
    if (before.kind !== 'answered') throw new Error(`nothing answers through ${target} before the fault: ${before.text}`)
    let gone: string | undefined
    return {
      before: before.text,
      // Down and up again: a link that only went away is cut, not flapping.
      async look() {
        const { kind, text } = await askOnce(link, probeLimitMs)
        if (kind === 'gone') gone = text
        return kind === 'answered' && gone !== undefined ? { by: 'probe', evidence: `new connection: ${gone}, and a while later ${text}` } : undefined
      },
      close: () => {},
    }
  },

  async heal(environment, target, id) {
    await stopBeating(proxiedLink(environment, target).link)
    await bringUp(environment, target, id)
  },

  async forceHeal(environment, target, id) {
    await stopBeating(proxiedLink(environment, target).link)
    await replaceProxy(environment, target, id)
  },

  async probeHealed(environment, target) {
    const { link, toxiproxy, proxy } = proxiedLink(environment, target)
    const { enabled } = await toxiproxy.proxy(proxy)
    return enabled && !flapping.has(link) && await accepts(link, probeLimitMs) ? 'beats no more, connections accepted' : undefined
  },
}

/** Waits for the call that may be under way, so that none comes after the heal. */
async function stopBeating(link: Link): Promise<void> {
  flapping.get(link)?.stop.abort()
  await flapping.get(link)?.ended
  flapping.delete(link)
}

/** False where it was stopped. */
async function rests(ms: number, signal: AbortSignal): Promise<boolean> {
  await sleep(ms, signal).catch(() => {})
  return !signal.aborted
}

function timesOf({ period, downFor }: FlapParameters): { downMs: number; upMs: number } {
  const periodMs = mustDurationMs(period)
  const downMs = downFor === undefined ? periodMs / 2 : mustDurationMs(downFor)
  return { downMs, upMs: periodMs - downMs }
}
