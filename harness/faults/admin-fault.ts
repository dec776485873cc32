// What the faults of the platform's Admin API share. It is served by the destinations' process, and only a run with `repair: true` opens it.
import { platform } from '../environment/links.ts'
import type { Misbehaviour } from '../destination/misbehaviour.ts'
import { endsOf, trafficFirst } from './destination-fault.ts'
import type { Disturbed, FaultKind, FaultParameters } from './fault.ts'
import { askServer, type ServerAnswer } from './server-probe.ts'

const probeLimitMs = 1_000

/** What one kind adds. */
export interface AdminFault<P> extends Pick<FaultKind<P & {}>, 'summary' | 'problems'> {
  answer(parameters: P): NonNullable<Misbehaviour['answer']>
}

/** A kind of fault of the Admin API: it gives one answer to every call. The process that serves it ends with the harness: the watchdog has nothing to undo. */
export function adminFault<P extends Partial<FaultParameters>>({ summary, problems, answer }: AdminFault<P>): FaultKind<P, 'platform'> {
  const stop = (environment: Disturbed): Promise<void> => endsOf(environment).servers.misbehave(platform, undefined)
  return {
    summary, problems,
    targets: 'platform',
    part: 'admin',
    healLimitMs: 3_000,
    undo: () => [],
    problemsWith: ({ repair }) => repair ? [] : ['needs repair: true; without it the Admin API is closed for the whole run'],

    async install(environment, _target, parameters) {
      await endsOf(environment).servers.misbehave(platform, { answer: answer(parameters) })
      return 'the Admin API was told to'
    },

    async probeInstalled(environment, _target, parameters) {
      const now = await askAdmin(environment)
      return now.status === answer(parameters).status ? `a probe: ${now.text}` : undefined
    },

    async watch(environment, _target, parameters) {
      const { servers } = endsOf(environment)
      const before = await askAdmin(environment)
      return await trafficFirst({
        before: before.text,
        met: () => servers.met(platform),
        async probe() {
          const now = await askAdmin(environment)
          return now.status === answer(parameters).status && now.status !== before.status ? `${before.text} before; now: ${now.text}` : undefined
        },
      })
    },

    heal: stop,
    // Telling it once more is all there is: what does not hear that is dead, and the run with it.
    forceHeal: stop,

    async probeHealed(environment) {
      const now = await askAdmin(environment)
      return now.status === unauthorized ? `a probe: ${now.text}` : undefined
    },
  }
}

/** What an open Admin API says to a call without a token. */
const unauthorized = 401

async function askAdmin(environment: Disturbed): Promise<ServerAnswer> {
  const { host, ports } = endsOf(environment).servers
  return await askServer({ host, port: ports.adminPort, method: 'GET', path: '/admin/api/unstable/shops.json' }, probeLimitMs)
}
