// How a scenario asks for a fault: `at('40%').kill('buffer').for('30%')`. Data comes out; validation is done with all other problems.
import { platform } from '../environment/links.ts'
import type { FloodTime } from '../scenario/duration.ts'
import type { FaultKind, FaultParameters, FaultRequest } from './fault.ts'
import { faultKind, faultKinds } from './registry.ts'

type ParametersOf<K> = K extends FaultKind<infer P> ? P : never
/** No argument for a kind without parameters, an optional one where all of them are. */
type Arguments<P> = keyof P extends never ? [] : {} extends P ? [parameters?: P] : [parameters: P]

export interface FaultWithoutEnd {
  /** How long it is in force: a share of the flood (`30%`) or a duration. */
  for(time: FloodTime): FaultRequest
}

/** There is one platform, so its faults name none: `at('40%').silence().for('10%')`. */
type Target<K> = K extends { targets: 'platform' } ? [] : [target: string]

/** One method a kind of fault: the target (role, component, `from->to`, destination), then the kind's parameters. */
export type FaultBuilder = { [K in keyof typeof faultKinds]: (...asked: [...Target<(typeof faultKinds)[K]>, ...Arguments<ParametersOf<(typeof faultKinds)[K]>>]) => FaultWithoutEnd }

/** The same for a fault that comes again. */
export interface RepeatedFaultBuilder extends FaultBuilder {
  /** How often in all. Left out: as often as the flood has room for it. */
  times(count: number): FaultBuilder
}

/** The same with its end already said. */
export type FaultInWindow = { [K in keyof FaultBuilder]: (...asked: Parameters<FaultBuilder[K]>) => FaultRequest }

/** Begins a fault at a point of the flood: a share of it (`40%`) or a time since it began (`12s`). With `every` it comes again after that long. */
export function at(time: FloodTime): FaultBuilder & { every(time: FloodTime): RepeatedFaultBuilder } {
  const openEnded = (when: Pick<FaultRequest, 'at' | 'every' | 'times'>) => (fault: Fault): FaultWithoutEnd => ({ for: length => ({ ...fault, ...when, for: length }) })
  return builder(openEnded({ at: time }), {
    every: (again: FloodTime) => builder(openEnded({ at: time, every: again }), {
      times: (count: number) => builder(openEnded({ at: time, every: again, times: count })),
    }),
  })
}

/** A fault from one point of the flood to another: `during('20%', '60%').slow('worker->store', { latency: '300ms' })`. */
export function during(from: FloodTime, until: FloodTime): FaultInWindow {
  return builder(fault => ({ ...fault, at: from, until }))
}

type Fault = Pick<FaultRequest, 'kind' | 'target' | 'parameters'>

/** A method for each kind, and what else can be said at this point. The registry holds the types, which no signature here could keep. */
function builder(finish: (fault: Fault) => unknown, more: object = {}): any {
  const begin = (kind: string) => (...asked: [] | [string | FaultParameters, FaultParameters?]): unknown => {
    const [target, parameters] = faultKind(kind)?.targets === 'platform' ? [platform, asked[0]] : asked
    return finish({ kind, target: target as string, parameters: { ...parameters as FaultParameters } })
  }
  const known = Object.fromEntries(Object.keys(faultKinds).map(kind => [kind, begin(kind)]))
  // A mistyped kind makes a request too: throwing here would tell it alone.
  return new Proxy({ ...known, ...more }, { get: (methods, kind) => Reflect.get(methods, kind) ?? begin(String(kind)) })
}
