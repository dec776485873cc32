// Every kind of fault there is. A new one is a file beside this and a line here; scenarios get its method from this table.
import { acceptHalf } from './accept-half.ts'
import { adminDown } from './admin-down.ts'
import { blackhole } from './blackhole.ts'
import { cut } from './cut.ts'
import { cutAfter } from './cut-after.ts'
import { deploy } from './deploy.ts'
import { disconnect } from './disconnect.ts'
import { disorder } from './disorder.ts'
import { dropRetries } from './drop-retries.ts'
import { duplicate } from './duplicate.ts'
import { fail } from './fail.ts'
import type { FaultKind } from './fault.ts'
import { fillDisk } from './fill-disk.ts'
import { flap } from './flap.ts'
import { garble } from './garble.ts'
import { isolate } from './isolate.ts'
import { kill } from './kill.ts'
import { killLeader } from './kill-leader.ts'
import { limitCpu } from './limit-cpu.ts'
import { limitMemory } from './limit-memory.ts'
import { pause } from './pause.ts'
import { rateLimit } from './rate-limit.ts'
import { refuse } from './refuse.ts'
import { reset } from './reset.ts'
import { rollingRestart } from './rolling-restart.ts'
import { rotateSecret } from './rotate-secret.ts'
import { silence } from './silence.ts'
import { slice } from './slice.ts'
import { slow } from './slow.ts'
import { slowClose } from './slow-close.ts'
import { slowDown } from './slow-down.ts'
import { throttle } from './throttle.ts'
import { throttleAdmin } from './throttle-admin.ts'
import { unsubscribe } from './unsubscribe.ts'

export const faultKinds = {
  // of links and components
  cut, slow, throttle, blackhole, reset, slowClose, slice, cutAfter, flap, kill, pause, deploy, killLeader, isolate, rollingRestart,
  // of components in containers
  limitCpu, limitMemory, disconnect, fillDisk,
  // of destinations
  fail, rateLimit, slowDown, acceptHalf, refuse, garble,
  // of the platform
  duplicate, disorder, silence, unsubscribe, dropRetries, rotateSecret, throttleAdmin, adminDown,
} as const

export type FaultKinds = Readonly<Record<string, FaultKind>>

/** The kind of a name, or undefined where there is none. */
export function faultKind(name: string, kinds: FaultKinds = faultKinds): FaultKind | undefined {
  return Object.hasOwn(kinds, name) ? kinds[name] : undefined
}
