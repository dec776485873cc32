// What the faults on links share: the proxy behind a link, and its replacement where nothing milder heals it.
import type { Environment, Link } from '../environment/environment.ts'
import { toxiproxyAt, type Toxiproxy } from '../environment/toxiproxy.ts'
import type { UndoStep } from './fault.ts'

const replaceLimitMs = 1_500

export interface ProxiedLink {
  link: Link
  toxiproxy: Toxiproxy
  /** Name of the proxy. */
  proxy: string
}

/** The proxy of a link by the link's name. Throws where there is no such link, or no proxy on it. */
export function proxiedLink(environment: Environment, target: string): ProxiedLink {
  const link = environment.links.get(target)
  if (!link) throw new Error(`there is no link ${target}; there are ${[...environment.links.keys()].join(', ')}`)
  if (!link.proxy) throw new Error(`the link ${target} is direct: no fault can be done to it`)
  return { link, toxiproxy: toxiproxyAt(link.proxy.api), proxy: link.proxy.name }
}

/** An undo step for the proxy of a link. */
export function proxyStep(environment: Environment, target: string, step: 'enable-proxy' | 'remove-toxics'): UndoStep {
  const { link, proxy } = proxiedLink(environment, target)
  return { do: step, api: link.proxy!.api, proxy }
}

/**
 * A new proxy in the place of one that does not heal. Removing a toxic can hang with the proxy's toxics locked (toxiproxy #558); deleting
 * the whole proxy does not take that lock. Costs every connection of the link.
 */
export async function replaceProxy(environment: Environment, target: string): Promise<void> {
  const { link, toxiproxy, proxy } = proxiedLink(environment, target)
  await toxiproxy.deleteProxy(proxy, replaceLimitMs)
  await toxiproxy.createProxy({ name: proxy, listen: link.listen, upstream: link.upstream }, replaceLimitMs)
}
