// What the faults of destinations share: they are done by the harness's own server, told over its control connection.
import { monotonicMs } from '../clock.ts'
import type { Misbehaviour } from '../destination/misbehaviour.ts'
import type { Destination } from '../scenario/system.ts'
import type { Disturbed, FaultKind, FaultParameters, Sighting, Watch } from './fault.ts'
import { askServer, type ServerAnswer } from './server-probe.ts'

/** How long the run's own traffic has to meet a fault before a probe speaks for it: a destination may be idle. */
const headStartMs = 1_000
/** What an answer may take on a machine that stalls. */
const patientMs = 1_500

/** What one kind adds. */
export interface DestinationFault<P> extends Pick<FaultKind<P & {}>, 'summary' | 'problems' | 'problemsWith' | 'silences'> {
  misbehaviour(parameters: P): Misbehaviour
  /** Whether this answer to a probe is the fault's. A destination's usual one, `normal`, never is. */
  shows(answer: ServerAnswer, parameters: P): boolean
  /** How long a probe waits for what is in force or gone, where it is the time that tells, ms. */
  probeLimitMs?(destination: Destination): number
}

/**
 * A kind of fault of destinations. The destinations' process belongs to the harness and ends with it, so a death of the harness leaves nothing for the
 * watchdog to undo but that process, which is in the journal from its start.
 */
export function destinationFault<P extends Partial<FaultParameters>>(kind: DestinationFault<P>): FaultKind<P, 'destination'> {
  const ask = (environment: Disturbed, target: string): Promise<ServerAnswer> =>
    askDestination(environment, target, kind.probeLimitMs?.(endsOf(environment).destinations[target]) ?? patientMs)
  return {
    summary: kind.summary,
    problems: kind.problems,
    problemsWith: kind.problemsWith,
    silences: kind.silences,
    targets: 'destination',
    healLimitMs: 6_000,
    undo: () => [],

    async install(environment, target, parameters) {
      await endsOf(environment).servers.misbehave(target, kind.misbehaviour(parameters))
      return `${target} was told to`
    },

    async probeInstalled(environment, target, parameters) {
      const answer = await ask(environment, target)
      return kind.shows(answer, parameters) ? `a probe: ${answer.text}` : undefined
    },

    async watch(environment, target, parameters) {
      const { servers } = endsOf(environment)
      const before = await askDestination(environment, target, patientMs)
      if (!isNormal(environment, target, before)) throw new Error(`${target} does not answer as it should before the fault: ${before.text}`)
      return trafficFirst({
        before: before.text,
        met: () => servers.met(target),
        async probe() {
          const answer = await ask(environment, target)
          return kind.shows(answer, parameters) ? `${before.text} before; now: ${answer.text}` : undefined
        },
      })
    },

    heal: (environment, target) => endsOf(environment).servers.misbehave(target, undefined),
    // Telling it once more is all there is: what does not hear that is dead, and the run with it.
    forceHeal: (environment, target) => endsOf(environment).servers.misbehave(target, undefined),

    async probeHealed(environment, target) {
      const answer = await ask(environment, target)
      return isNormal(environment, target, answer) ? `a probe: ${answer.text}` : undefined
    },
  }
}

/** A watch on how many requests of the run have met a fault, and once traffic has had its chance, on a probe. */
export async function trafficFirst({ before, met, probe }: { before: string; met: () => Promise<number>; probe: () => Promise<string | undefined> }): Promise<Watch> {
  const metBefore = await met()
  let firstLookMs: number | undefined
  return {
    before,
    async look(): Promise<Sighting | undefined> {
      firstLookMs ??= monotonicMs()
      const metNow = await met() - metBefore
      if (metNow > 0) return { by: 'traffic', evidence: `met by ${metNow} of the run's own requests` }
      const seen = monotonicMs() - firstLookMs < headStartMs ? undefined : await probe()
      return seen === undefined ? undefined : { by: 'probe', evidence: seen }
    },
    close: () => {},
  }
}

/** The harness's own ends of the links. Throws where there are none. */
export function endsOf({ ends }: Disturbed): NonNullable<Disturbed['ends']> {
  if (ends === undefined) throw new Error('there is no platform and no destination here to misbehave')
  return ends
}

async function askDestination(environment: Disturbed, target: string, limitMs: number): Promise<ServerAnswer> {
  const { servers, destinations } = endsOf(environment)
  return await askServer({ host: servers.host, port: servers.ports.destinationPorts[target], method: 'POST', path: destinations[target].path }, limitMs)
}

function isNormal(environment: Disturbed, target: string, answer: ServerAnswer): boolean {
  return answer.kind === 'answered' && answer.status === 200 && answer.body === endsOf(environment).destinations[target].answer
}
