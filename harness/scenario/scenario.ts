import type { Check } from '../checks/check.ts'
import type { FaultRequest } from '../faults/fault.ts'
import type { Guard } from '../guards/guard.ts'
import type { EngineName } from '../load/engines.ts'
import type { RetryPolicy } from '../platform/retry-policy.ts'
import type { Shape } from '../plan/shape.ts'
import type { Spacing } from '../plan/spacing.ts'
import type { Duration } from './duration.ts'
import type { Realism } from './realism.ts'
import type { System } from './system.ts'

/** Topics a webhook of an order can have. */
export const topics = ['orders/create', 'orders/paid', 'orders/updated', 'orders/fulfilled', 'orders/cancelled'] as const
export type Topic = (typeof topics)[number]

export type ParameterValue = number | string | boolean
export type ParameterValues = { rate: number; duration: Duration } & Record<string, ParameterValue>

/** One experiment: what is believed, of which system, under which load and faults, and what must come true. */
export interface Scenario<P extends ParameterValues = ParameterValues> {
  name: string
  hypothesis: string
  /** The file that called `defineScenario`. */
  file: string
  system: System
  /** What `--set` can change. `rate` is webhooks a second at the peak, `duration` the length of the flood. */
  parameters: P
  load: (parameters: P) => Load
  faults: (parameters: P) => readonly FaultRequest[]
  expect: (parameters: P) => readonly Check[]
  /** What ends the experiment at once: faults are healed, nothing more is sent, and the run misses `guardsHeld`. */
  abortWhen: (parameters: P) => readonly Guard[]
  /** Reconciliation is part of the claim: the Admin API is open. Otherwise it answers 503 until judging has ended. */
  repair: boolean
  /** An order is late when it arrives this long after its planned instant. */
  lateAfter: Duration
  /** The drain ends at the latest this long after the flood. */
  drainLimit: Duration
  /** The declared bound on recovery after a heal; what is planned within it is not held to `delay({ outsideFaults: true })`. */
  recoveryBound: Duration
  /** What sends the plan: floodmark's own sender, or the real k6 for first attempts. `--engine` chooses another. */
  engine: EngineName
  /** What the generator must achieve for the run to be valid. */
  generator: { lagP99Ms: number; unsent: number }
}

export interface Load {
  shape: Shape
  /** How events lie on the shape: as evenly as its rate says, each anywhere within its even space, or as a Poisson process has them. */
  spacing: Spacing
  shops: number
  topics: readonly Topic[]
  retries: RetryPolicy
  /** The retry schedule, and what the system weighs against it, runs this many times faster. */
  timeScale: number
  /** Sockets that the platform may hold open. */
  maxSockets: number
  /** Threads that the native sender sends from. A shop's webhooks all go through one of them. */
  senders: number
  /** The platform's disorder, drawn by the seed. Left out: each webhook once, in order, at its instant. */
  realism?: Realism
}
