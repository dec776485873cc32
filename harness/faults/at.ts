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

/** Begins a fault at a point of the flood: a share of it (`40%`) or a time since it began (`12s`). */
export function at(time: FloodTime): FaultBuilder {
  const begin = (kind: string) => (...asked: [] | [string | FaultParameters, FaultParameters?]): FaultWithoutEnd => {
    const [target, parameters] = faultKind(kind)?.targets === 'platform' ? [platform, asked[0]] : asked
    return { for: length => ({ kind, target: target as string, parameters: { ...parameters as FaultParameters }, at: time, for: length }) }
  }
  const known = Object.fromEntries(Object.keys(faultKinds).map(kind => [kind, begin(kind)])) as unknown as FaultBuilder
  // A mistyped kind makes a request too: throwing here would tell it alone.
  return new Proxy(known, { get: (builder, kind) => Reflect.get(builder, kind) ?? begin(String(kind)) })
}
