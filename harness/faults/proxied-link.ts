// What the faults on links share: the proxy behind a link, what is in force on it, and its replacement where nothing milder heals it.
import type { Environment, Link } from '../environment/environment.ts'
import { toxiproxyAt, type Toxic, type Toxiproxy } from '../environment/toxiproxy.ts'
import type { UndoStep } from '../environment/undo-step.ts'

const replaceLimitMs = 1_500

export interface ProxiedLink {
  link: Link
  toxiproxy: Toxiproxy
  /** Name of the proxy. */
  proxy: string
}

/** By the id of the fault: what a replaced proxy must get again, since a proxy that hangs no longer tells what it had. */
type InForce = Map<string, { toxics: Toxic[]; isDown: boolean }>

const inForce = new WeakMap<Link, InForce>()

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

/** Adds toxics under the name of a fault, so that healing another fault of the link leaves them where they are. */
export async function addToxics(environment: Environment, target: string, id: string, toxics: readonly Omit<Toxic, 'name'>[]): Promise<void> {
  const { link, toxiproxy, proxy } = proxiedLink(environment, target)
  const named = toxics.map(toxic => ({ ...toxic, name: toxicName(id, toxic.stream) }))
  stateOf(link).set(id, { toxics: named, isDown: false })
  for (const toxic of named) await toxiproxy.addToxic(proxy, toxic)
}

/** Removes the toxics of one fault, and of no other. Harmless where there are none. */
export async function removeToxics(environment: Environment, target: string, id: string): Promise<void> {
  const { link, toxiproxy, proxy } = proxiedLink(environment, target)
  for (const stream of ['upstream', 'downstream'] as const) await toxiproxy.removeToxic(proxy, toxicName(id, stream))
  stateOf(link).delete(id)
}

/** The toxics of one fault that the proxy has now. */
export async function toxicsOf(environment: Environment, target: string, id: string): Promise<Toxic[]> {
  const { toxiproxy, proxy } = proxiedLink(environment, target)
  const names = [toxicName(id, 'upstream'), toxicName(id, 'downstream')]
  return (await toxiproxy.proxy(proxy)).toxics.filter(toxic => names.includes(toxic.name))
}

/** Takes a link down on behalf of a fault: its connections drop, and nobody listens. */
export async function takeDown(environment: Environment, target: string, id: string): Promise<void> {
  const { link, toxiproxy, proxy } = proxiedLink(environment, target)
  stateOf(link).set(id, { toxics: [], isDown: true })
  await toxiproxy.setEnabled(proxy, false)
}

/** Brings a link up again. Harmless where it is up. */
export async function bringUp(environment: Environment, target: string, id: string): Promise<void> {
  const { link, toxiproxy, proxy } = proxiedLink(environment, target)
  await toxiproxy.setEnabled(proxy, true)
  stateOf(link).delete(id)
}

/**
 * A new proxy in the place of one that a fault does not leave. Removing a toxic can hang with the proxy's toxics locked (toxiproxy #558);
 * deleting the whole proxy does not take that lock. Costs every connection of the link; other faults in force on it are put in force again.
 */
export async function replaceProxy(environment: Environment, target: string, id: string): Promise<void> {
  const { link, toxiproxy, proxy } = proxiedLink(environment, target)
  stateOf(link).delete(id)
  await toxiproxy.deleteProxy(proxy, replaceLimitMs)
  await toxiproxy.createProxy({ name: proxy, listen: link.proxy!.listen, upstream: link.upstream }, replaceLimitMs)
  for (const { toxics, isDown } of stateOf(link).values()) {
    for (const toxic of toxics) await toxiproxy.addToxic(proxy, toxic, replaceLimitMs)
    if (isDown) await toxiproxy.setEnabled(proxy, false, replaceLimitMs)
  }
}

function toxicName(id: string, stream: Toxic['stream']): string {
  return `${id}-${stream}`
}

function stateOf(link: Link): InForce {
  const known: InForce = inForce.get(link) ?? new Map()
  inForce.set(link, known)
  return known
}
