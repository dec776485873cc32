// Every kind of fault there is. A new one is a file beside this and a line here; scenarios get its method from this table.
import { blackhole } from './blackhole.ts'
import { cutAfter } from './cut-after.ts'
import { cut } from './cut.ts'
import type { FaultKind } from './fault.ts'
import { flap } from './flap.ts'
import { kill } from './kill.ts'
import { pause } from './pause.ts'
import { reset } from './reset.ts'
import { slice } from './slice.ts'
import { slowClose } from './slow-close.ts'
import { slow } from './slow.ts'
import { throttle } from './throttle.ts'

export const faultKinds = { cut, slow, throttle, blackhole, reset, slowClose, slice, cutAfter, flap, kill, pause } as const

export type FaultKinds = Readonly<Record<string, FaultKind>>

/** The kind of a name, or undefined where there is none. */
export function faultKind(name: string, kinds: FaultKinds = faultKinds): FaultKind | undefined {
  return Object.hasOwn(kinds, name) ? kinds[name] : undefined
}
