// Fault `cut`: the path is gone. Connections drop, new ones are refused.
import type { FaultKind, Watch } from './fault.ts'
import { accepts, askOnce, holdConnection } from './probe.ts'
import { bringUp, proxiedLink, proxyStep, replaceProxy, takeDown } from './proxied-link.ts'

const probeLimitMs = 1_000

export const cut: FaultKind<{}> = {
  targets: 'link',
  summary: 'cut a link: connections drop, new ones are refused',
  healLimitMs: 3_000,
  silences: () => true,
  problems: parameters => Object.keys(parameters).map(name => `${name}: cut takes no parameters`),
  undo: (environment, target) => [proxyStep(environment, target, 'enable-proxy')],

  async install(environment, target, _parameters, id) {
    await takeDown(environment, target, id)
    return 'proxy disabled'
  },

  async probeInstalled(environment, target) {
    const { link, toxiproxy, proxy } = proxiedLink(environment, target)
    const { enabled } = await toxiproxy.proxy(proxy)
    // Where a port of the engine's leads to the proxy that port goes on to accept, and closes at once.
    const { kind, text } = await askOnce(link, probeLimitMs)
    return !enabled && kind === 'gone' ? `proxy disabled, new connection: ${text}` : undefined
  },

  async watch(environment, target): Promise<Watch> {
    const { link } = proxiedLink(environment, target)
    const before = await askOnce(link, probeLimitMs)
    if (before.kind !== 'answered') throw new Error(`nothing answers through ${target} before the fault: ${before.text}`)
    let held = await holdConnection(link, probeLimitMs)
    return {
      before: before.text,
      // Both must fail: a connection from before, and one that comes now. A server that is merely slow is silent, never gone.
      async look() {
        const old = await held.ask(probeLimitMs)
        const fresh = await askOnce(link, probeLimitMs)
        if (old.kind === 'gone' && fresh.kind === 'gone') return { by: 'probe', evidence: `connection held from before: ${old.text}; new connection: ${fresh.text}` }
        if (old.kind !== 'gone' && fresh.kind === 'answered') held = await renew(held)
        return undefined
      },
      close: () => held.close(),
    }

    /** A question can be asked once, so a connection that was answered gives way to another. */
    async function renew(used: typeof held): Promise<typeof held> {
      const next = await holdConnection(link, probeLimitMs).catch(() => used)
      if (next !== used) used.close()
      return next
    }
  },

  heal: bringUp,
  forceHeal: replaceProxy,

  async probeHealed(environment, target) {
    const { link, toxiproxy, proxy } = proxiedLink(environment, target)
    const { enabled } = await toxiproxy.proxy(proxy)
    return enabled && await accepts(link, probeLimitMs) ? 'proxy enabled, connections accepted' : undefined
  },
}
