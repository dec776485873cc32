// Every kind of fault there is. A new one is a file beside this and a line here; scenarios get its method from this table.
import { cut } from './cut.ts'
import type { FaultKind } from './fault.ts'
import { kill } from './kill.ts'
import { pause } from './pause.ts'
import { slow } from './slow.ts'

export const faultKinds = { cut, slow, kill, pause } as const

export type FaultKinds = Readonly<Record<string, FaultKind>>

/** The kind of a name, or undefined where there is none. */
export function faultKind(name: string, kinds: FaultKinds = faultKinds): FaultKind | undefined {
  return Object.hasOwn(kinds, name) ? kinds[name] : undefined
}
