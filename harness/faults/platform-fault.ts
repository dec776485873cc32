// What the faults of the platform's sender share: the load engine does them, and its own count says that webhooks met them.
import type { PlatformControl, PlatformFault, PlatformFaults } from '../load/engine.ts'
import { endsOf } from './destination-fault.ts'
import type { Disturbed, FaultKind, FaultParameters } from './fault.ts'

/** What one kind adds. */
export interface SenderFault<P, F extends PlatformFault> extends Pick<FaultKind<P & {}>, 'summary' | 'failsAttempts' | 'problems' | 'problemsWith'> {
  fault: F
  /** What the sender is told. */
  order(parameters: P): PlatformFaults[F]
  /** What was counted, after a number: `webhooks sent once more`. */
  met: string
}

/** A kind of fault of the platform. The sender is a part of the harness and ends with it: the watchdog has nothing to undo. */
export function platformFault<P extends Partial<FaultParameters>, F extends PlatformFault>(kind: SenderFault<P, F>): FaultKind<P, 'platform'> {
  const { fault, order, met } = kind
  const stop = (environment: Disturbed): Promise<void> => senderOf(environment, fault).disturb(fault, undefined)
  return {
    summary: kind.summary,
    failsAttempts: kind.failsAttempts,
    problems: kind.problems,
    problemsWith: kind.problemsWith,
    targets: 'platform',
    part: fault,
    healLimitMs: 3_000,
    undo: () => [],

    async install(environment, _target, parameters) {
      await senderOf(environment, fault).disturb(fault, order(parameters))
      return 'the sender was told to'
    },

    async probeInstalled(environment) {
      return senderOf(environment, fault).state(fault).inForce ? 'in force, as the sender says' : undefined
    },

    async watch(environment) {
      const sender = senderOf(environment, fault)
      const before = sender.state(fault)
      if (before.inForce) throw new Error(`${fault} is in force already`)
      return {
        before: 'not in force',
        async look() {
          const count = sender.state(fault).met - before.met
          return count > 0 ? { by: 'traffic', evidence: `${count} ${met}` } : undefined
        },
        close: () => {},
      }
    },

    heal: stop,
    // Telling it once more is all there is: a sender that does not hear that is dead, and the run with it.
    forceHeal: stop,

    async probeHealed(environment) {
      const { inForce, met: count } = senderOf(environment, fault).state(fault)
      return inForce ? undefined : `not in force, as the sender says; ${count} ${met} in all`
    },
  }
}

function senderOf(environment: Disturbed, fault: PlatformFault): PlatformControl {
  const { platform } = endsOf(environment).sender
  if (platform === undefined) throw new Error(`this load engine cannot do ${fault}; the native one can`)
  return platform
}
