// The faults that are toxics of Toxiproxy: what all of them share, so that a kind says only which toxic it is and how its effect is seen.
import type { z } from 'zod'
import type { Toxic } from '../environment/toxiproxy.ts'
import { between, object, oneOf, problemsOf } from '../scenario/rules.ts'
import type { FaultKind, FaultParameters } from './fault.ts'
import { addToxics, proxyStep, removeToxics, replaceProxy, toxicsOf } from './proxied-link.ts'

const directions = ['up', 'down', 'both'] as const

/** Of a link `from->to`: `up` is what `from` sends, `down` what comes back to it. */
export type Direction = (typeof directions)[number]

export type ToxicParameters = {
  direction?: Direction
  /** Share of the connections that it is done to, drawn once for each connection. Default: all. */
  share?: number
}

export interface ToxicKind<P extends Partial<FaultParameters>> extends Pick<FaultKind<P>, 'summary' | 'watch' | 'silences' | 'holdsMs' | 'resembles' | 'leastMs'> {
  /** What its own parameters must look like. */
  rules: Record<string, z.ZodType>
  direction: Direction
  toxic(parameters: P): Pick<Toxic, 'type' | 'attributes'>
  /** Problems of parameters that are well formed one by one. */
  problems?(parameters: P): string[]
}

/** A fault kind that puts one toxic on each stream of its direction, named after the fault. */
export function toxicKind<P extends ToxicParameters & Partial<FaultParameters>>(own: ToxicKind<P>): FaultKind<P> {
  const rules = object({ ...own.rules, direction: oneOf(directions).optional(), share: between(0.05, 0.95).optional() })
  return {
    targets: 'link',
    summary: own.summary,
    healLimitMs: 3_000,
    // Probes meet a share by chance, and Toxiproxy draws anew on live connections when another toxic comes after.
    silences: parameters => parameters.share !== undefined || own.silences?.(parameters) === true,
    // Connections that it is not done to carry the attempts then.
    holdsMs: parameters => (parameters.share === undefined ? own.holdsMs?.(parameters) ?? 0 : 0),
    ...(own.resembles ? { resembles: own.resembles } : {}),
    ...(own.leastMs ? { leastMs: own.leastMs } : {}),
    problems(parameters) {
      const problems = problemsOf('', rules, parameters)
      const wellFormed = parameters as P
      return problems.length > 0 ? problems : [...shareProblems(wellFormed, own.direction), ...own.problems?.(wellFormed) ?? []]
    },
    undo: (environment, target) => [proxyStep(environment, target, 'remove-toxics')],
    watch: own.watch,

    async install(environment, target, parameters, id) {
      const toxics = streamsOf(parameters, own.direction).map(stream => ({ ...own.toxic(parameters), stream, toxicity: parameters.share ?? 1 }))
      await addToxics(environment, target, id, toxics)
      return `${toxics.map(({ type, stream }) => `${type} ${stream}`).join(' and ')}${parameters.share === undefined ? '' : ` on a share of ${parameters.share}`}`
    },

    async probeInstalled(environment, target, parameters, id) {
      const toxics = await toxicsOf(environment, target, id)
      return toxics.length === streamsOf(parameters, own.direction).length ? `toxic in place: ${JSON.stringify(toxics[0].attributes)}` : undefined
    },

    heal: removeToxics,
    forceHeal: replaceProxy,

    async probeHealed(environment, target, id) {
      return (await toxicsOf(environment, target, id)).length === 0 ? 'toxic gone' : undefined
    },
  }
}

/** The streams of Toxiproxy that a fault is done to. */
export function streamsOf({ direction }: ToxicParameters, byDefault: Direction): Toxic['stream'][] {
  const streams = { up: ['upstream'], down: ['downstream'], both: ['upstream', 'downstream'] } as const satisfies Record<Direction, readonly Toxic['stream'][]>
  return [...streams[direction ?? byDefault]]
}

/** Each stream of a connection draws for itself, so that a share of both would be no share of the connections. */
function shareProblems({ share, direction }: ToxicParameters, byDefault: Direction): string[] {
  return share !== undefined && (direction ?? byDefault) === 'both' ? ['share: each direction draws its own connections; say direction \'up\' or \'down\' with it'] : []
}
