// Fault `refuse`: nobody listens at a destination. Through its link that is a connection accepted by the proxy and closed at once; without one it is refused.
import { object, problemsOf } from '../scenario/rules.ts'
import { destinationFault } from './destination-fault.ts'
import type { FaultKind, Watch } from './fault.ts'
import { askOnce } from './probe.ts'

const probeLimitMs = 1_000

const kind = destinationFault<{}>({
  summary: 'refuse connections to a destination: its port is closed, and every connection with it',
  problems: parameters => problemsOf('', object({}), parameters),
  silences: () => true,
  misbehaviour: () => ({ refuses: true }),
  shows: answer => answer.kind === 'refused',
})

export const refuse: FaultKind<{}, 'destination'> = {
  ...kind,

  /** A server that is not there counts nothing, so it is seen by a probe on the way that the system takes. */
  async watch(environment, target): Promise<Watch> {
    const link = [...environment.links.values()].find(each => each.to === target)
    if (link === undefined) throw new Error(`no link leads to ${target}: nobody would meet it`)
    const before = await askOnce(link, probeLimitMs)
    if (before.kind !== 'answered') throw new Error(`nothing answers through ${link.name} before the fault: ${before.text}`)
    return {
      before: `${link.name}: ${before.text}`,
      async look() {
        const now = await askOnce(link, probeLimitMs)
        return now.kind === 'gone' ? { by: 'probe', evidence: `${link.name}: ${before.text} before; now: ${now.text}` } : undefined
      },
      close: () => {},
    }
  },
}
