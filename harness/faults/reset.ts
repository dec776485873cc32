// Fault `reset`: each connection of a link is reset (RST) at its first byte.
import type { FaultKind } from './fault.ts'
import { askOnce } from './probe.ts'
import { proxiedLink, proxyStep } from './proxied-link.ts'
import { toxicKind, type ToxicParameters } from './toxic-kind.ts'
import { watchTrials } from './trials.ts'

const probeLimitMs = 1_000

/**
 * `up` resets before a request has arrived, `down` once it has and its answer comes. Toxiproxy sets a connection up for the RST when that opens:
 * on older ones its toxic does nothing while they are idle and a plain close later. So they are all closed when the fault begins, and their
 * successors are reset. That setting is for all new connections alike, spared ones too, so there is no share.
 */
export type ResetParameters = Pick<ToxicParameters, 'direction'>

const ofToxic = toxicKind<ResetParameters>({
  summary: 'reset every connection of a link at its first byte; those from before are closed',
  direction: 'both',
  rules: {},
  toxic: () => ({ type: 'reset_peer', attributes: { timeout: 0 } }),
  silences: () => true,
  problems: parameters => 'share' in parameters ? ['share: a reset is for all connections: Toxiproxy would close the spared ones with a RST too'] : [],

  async watch(environment, target) {
    const { link } = proxiedLink(environment, target)
    if (link.protocol === 'tcp') throw new Error(`${target} speaks a protocol with no first byte to send; give its component an HTTP path to be ready by`)
    const before = await askOnce(link, probeLimitMs)
    if (before.kind !== 'answered') throw new Error(`nothing answers through ${target} before the fault: ${before.text}`)
    return watchTrials({
      before: before.text,
      async one() {
        const { kind, text } = await askOnce(link, probeLimitMs)
        return { hit: link.published ? kind === 'gone' : text === 'ECONNRESET', text: `connected, then ${text}` }
      },
    })
  },
})

export const reset: FaultKind<ResetParameters> = {
  ...ofToxic,
  // The harness may die between the two steps of closing what was open.
  undo: (environment, target) => [proxyStep(environment, target, 'remove-toxics'), proxyStep(environment, target, 'enable-proxy')],

  async install(environment, target, parameters, id) {
    const { toxiproxy, proxy } = proxiedLink(environment, target)
    const done = await ofToxic.install(environment, target, parameters, id)
    await toxiproxy.setEnabled(proxy, false)
    await toxiproxy.setEnabled(proxy, true)
    return `${done}; connections from before were closed (FIN), new ones are reset`
  },

  async heal(environment, target, id) {
    const { toxiproxy, proxy } = proxiedLink(environment, target)
    await ofToxic.heal(environment, target, id)
    // In case installing failed half-way.
    await toxiproxy.setEnabled(proxy, true)
  },
}
