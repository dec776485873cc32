// What a fault is at each of its stages: asked for by a scenario, resolved to a system, one of a kind, recorded.
import type { EngineCounters } from '../load/engine.ts'
import type { Environment } from '../environment/environment.ts'
import type { FloodTime } from '../scenario/duration.ts'

export type FaultParameters = Record<string, number | string>

/** A fault as a scenario asks for it. Targets are in the scenario's words: roles or component names, links as `from->to`. */
export interface FaultRequest {
  kind: string
  target: string
  parameters: FaultParameters
  at: FloodTime
  for: FloodTime
}

/** The same once validation has passed: the target in the system's own names, times in ms since the flood began. */
export interface ResolvedFault {
  /** Unique in the run, such as `fault-1`. */
  id: string
  kind: string
  target: string
  parameters: FaultParameters
  atMs: number
  forMs: number
}

/**
 * One kind of fault. A new one is a file of this shape and a line in registry.ts; its name there is its name everywhere.
 * What has to be undone is data, written to disk before anything is installed, so that the watchdog can undo it when the harness is dead.
 */
export interface FaultKind<P extends Partial<FaultParameters> = Partial<FaultParameters>> {
  readonly targets: 'link' | 'component'
  /** One line for `--help` and the report: what is done. */
  readonly summary: string
  /** How long `heal` may take before `forceHeal` has its turn, and that one again. */
  readonly healLimitMs: number
  /** Problems of the parameters, for the list of all problems of a scenario. */
  problems(parameters: FaultParameters): string[]
  /** What undoes it, whatever state it is in. Safe to run twice. */
  undo(environment: Environment, target: string): UndoStep[]
  /** Makes what the effect will be seen with: probes that work now. Called before `install`; throws where no probe can work. */
  watch(environment: Environment, target: string, parameters: P): Promise<Watch>
  /** Puts it in force and says what was done. Throws where it cannot be. */
  install(environment: Environment, target: string, parameters: P): Promise<string>
  /** Looks whether it is in force (undefined: not), with what was seen. Does not use the traffic of the run. */
  probeInstalled(environment: Environment, target: string, parameters: P): Promise<string | undefined>
  /** Takes it away. Harmless where it is not in force. */
  heal(environment: Environment, target: string): Promise<void>
  /** The fallback of a heal that failed or hung: may cost more than the fault did, such as every connection of a link. */
  forceHeal(environment: Environment, target: string): Promise<void>
  /** Looks whether it is gone (undefined: not yet), with what was seen. */
  probeHealed(environment: Environment, target: string): Promise<string | undefined>
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

/** Everything the watchdog can do without the harness. A process is named by pid and start time, so that a reused pid is left alone; its whole tree is meant. */
export type UndoStep =
  | { do: 'enable-proxy'; api: string; proxy: string }
  | { do: 'remove-toxics'; api: string; proxy: string }
  | { do: 'signal'; pid: number; startTime: string; signal: 'SIGCONT' | 'SIGKILL' }
  /** Only a folder whose own name starts with `floodmark-` is removed. */
  | { do: 'remove-folder'; path: string }

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
