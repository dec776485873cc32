// Arranging: what the `env` of a program is asked with, once it is known where everything will be.
import { FloodmarkError } from '../errors.ts'
import { mustDurationMs } from '../scenario/duration.ts'
import type { EnvContext } from '../scenario/system.ts'
import type { ArrangeOptions, Link } from './environment.ts'
import { membersOf } from './members.ts'

/** Where programs stand and what they find there. */
export interface Whereabouts {
  /** What a program listens on. */
  host: string
  portOf(member: string): number
  links: ReadonlyMap<string, Link>
  /** URLs of what is not spoken to over HTTP, by member: an address in, its URL out. */
  urls: ReadonlyMap<string, (address: string) => string>
}

/** The context of one process of a program. Its `to` throws `usage` where an `env` asks for what no link was made for. */
export function contextOf(from: string, { system, timeScale, secret, nextSecret, adminToken, topics }: ArrangeOptions, { host, portOf, links, urls }: Whereabouts): EnvContext {
  function addressOf(to: string): string {
    const link = links.get(`${from}->${to}`)
    if (!link) throw new FloodmarkError('usage', `components.${from}.env: asks for the address of "${to}" now and did not when its links were counted`)
    return urls.get(to)?.(link.listen) ?? `http://${link.listen}`
  }
  return {
    to: target => membersOf(system, target).map(addressOf).join(','),
    port: portOf(from),
    host,
    scaled: duration => mustDurationMs(duration) / timeScale,
    secret, nextSecret, adminToken, topics,
  }
}
