// What a fault is at each of its stages: asked for by a scenario, resolved to a system, one of a kind, recorded.
import type { Servers } from '../destination/servers.ts'
import type { Engine, EngineCounters } from '../load/engine.ts'
import type { Environment } from '../environment/environment.ts'
import type { UndoStep } from '../environment/undo-step.ts'
import type { FloodTime } from '../scenario/duration.ts'
import type { System } from '../scenario/system.ts'

export type FaultParameters = Record<string, number | string>

/** What a fault can be done to. A destination's and the platform's faults are done by the harness itself, whose own parts they are. */
export type FaultTarget = 'link' | 'component' | 'destination' | 'platform'

/** A fault as a scenario asks for it. Targets are in the scenario's words: roles or component names, links as `from->to`, destinations, `platform`. */
export interface FaultRequest {
  kind: string
  target: string
  parameters: FaultParameters
  at: FloodTime
  /** Its end: after this long, or at that instant of the flood. One of the two. */
  for?: FloodTime
  until?: FloodTime
  /** Comes again after this long, counted from its beginning: `times` in all, or as often as the flood has room. */
  every?: FloodTime
  times?: number
}

/** The same once validation has passed: the target in the system's own names, times in ms since the flood began. */
export interface ResolvedFault {
  /** Unique in the run, such as `fault-1`, or `fault-1.3` for the third time of one that repeats. */
  id: string
  kind: string
  target: string
  /** What it is done to side by side, where the target stands for several: the nodes of a cluster, replicas, or the links of either. */
  members?: readonly string[]
  parameters: FaultParameters
  atMs: number
  forMs: number
}

/**
 * One kind of fault. A new one is a file of this shape and a line in registry.ts; its name there is its name everywhere.
 * What has to be undone is data, written to disk before anything is installed, so that the watchdog can undo it when the harness is dead.
 */
export interface FaultKind<P extends Partial<FaultParameters> = Partial<FaultParameters>, T extends FaultTarget = FaultTarget> {
  readonly targets: T
  /** One line for `--help` and the report: what is done. */
  readonly summary: string
  /** Sees to the processes of its target by itself: it is done once, to the target. Left out: to each of them. */
  readonly isWhole?: true
  /** What of its target it takes up, so that a fault of another part can be in force beside it. Left out: all of it. */
  readonly part?: string
  /** It is done by what only containers give. Left out: it can be done in every environment. */
  readonly needsContainers?: true
  /** Size of the disk that what it is done to must have been started with, bytes. */
  diskBytes?(parameters: P): number
  /** How long `install` may take, where five seconds do not do. */
  readonly installLimitMs?: number
  /** How long `heal` may take before `forceHeal` has its turn, and that one again. */
  readonly healLimitMs: number
  /** Problems of the parameters, for the list of all problems of a scenario. */
  problems(parameters: FaultParameters): string[]
  /** Problems with the system it is done to and with the rest of the scenario. Called with parameters that have none of their own. */
  problemsWith?(setting: FaultSetting, parameters: P): string[]
  /** What it is done to, where that is not every process or link of the target. Called with a target and parameters that have no problems. */
  reach?(setting: Pick<FaultSetting, 'system' | 'target'>, parameters: P): readonly string[]
  /** Whether nothing answers in time where it is in force, so that no other fault could begin there and be seen. Left out: something does. */
  silences?(parameters: P): boolean
  /** Other kinds whose effect could not be told from its own on the same link. */
  readonly resembles?: readonly string[]
  /** How long at least it keeps whoever asks what it is done to waiting for an answer, ms; Infinity: until it is healed. Left out: no time that is certain. */
  holdsMs?(parameters: P): number
  /** Of a fault of the platform: attempts may fail by it, so that retries follow. Any other kind may do that. */
  readonly failsAttempts?: true
  /** The shortest window in which its effect can be seen, ms. Left out: any. */
  leastMs?(parameters: P): number
  /** What undoes it, whatever state it is in. Safe to run twice. */
  undo(environment: Disturbed, target: string): UndoStep[]
  /** Makes what the effect will be seen with: probes that work now. Called before `install`; throws where no probe can work. */
  watch(environment: Disturbed, target: string, parameters: P): Promise<Watch>
  /** Puts it in force and says what was done. Throws where it cannot be. `id` is the fault's own: several may be in force on one link. */
  install(environment: Disturbed, target: string, parameters: P, id: string): Promise<string>
  /** Looks whether it is in force (undefined: not), with what was seen. Does not use the traffic of the run. */
  probeInstalled(environment: Disturbed, target: string, parameters: P, id: string): Promise<string | undefined>
  /** Takes it away. Harmless where it is not in force. */
  heal(environment: Disturbed, target: string, id: string): Promise<void>
  /** The fallback of a heal that failed or hung: may cost more than the fault did, such as every connection of a link. */
  forceHeal(environment: Disturbed, target: string, id: string): Promise<void>
  /** Looks whether it is gone (undefined: not yet), with what was seen. */
  probeHealed(environment: Disturbed, target: string, id: string): Promise<string | undefined>
}

/** What a fault is asked for in; `target` in the system's own names. */
export interface FaultSetting {
  system: System
  target: string
  repair: boolean
}

/** What faults are done to: the started system, and where a run has them the harness's own ends of its links. */
export interface Disturbed extends Environment {
  readonly ends?: {
    servers: Pick<Servers, 'host' | 'ports' | 'misbehave' | 'met'>
    destinations: System['destinations']
    sender: Pick<Engine, 'platform'>
  }
}

/** Probes held since before a fault. */
export interface Watch {
  /** What they saw before the fault, for the record. */
  readonly before: string
  /** Looks once, for about a second at most: what fails now that worked before, or undefined. `install` is what installing said it did. */
  look(install: string): Promise<Sighting | undefined>
  close(): void
}

/** The effect of a fault, seen by the run's own traffic, by a probe, or in the exit of a process that answers nothing. */
export interface Sighting {
  by: 'traffic' | 'probe' | 'exit'
  evidence: string
}

/** What is recorded of one fault: instants in ms since the flood began, null while it has not happened. */
export interface FaultRecord {
  id: string
  kind: string
  target: string
  parameters: FaultParameters
  requestedAt: number
  installedAt: number | null
  observedAt: number | null
  observedBy: Sighting['by'] | null
  healedAt: number | null
  evidence: string[]
}

/** Told while the schedule runs. `label` names the fault for people (`kill queue`), `text` is a whole line for the terminal. */
export interface FaultEvent {
  kind: 'installed' | 'observed' | 'healed' | 'failed'
  id: string
  label: string
  text: string
}

/** The counters that faults are observed in. */
export type AttemptCounters = Pick<EngineCounters, 'refused' | 'indeterminate'>
