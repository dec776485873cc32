import type { Environment } from '../environment/environment.ts'
import type { FloodTime } from '../scenario/duration.ts'

/** A fault as a scenario asks for it. Targets are in the scenario's words: roles or component names, links as `from->to`. */
export interface FaultRequest {
  kind: string
  target: string
  parameters: Record<string, number | string>
  at: FloodTime
  for: FloodTime
}

/**
 * One kind of fault. A new one is a file of this shape and a line in registry.ts.
 * What has to be undone is data, written to disk before anything is installed, so that the watchdog can undo it when the harness is dead.
 */
export interface FaultKind {
  readonly kind: string
  readonly targets: 'link' | 'component'
  /** One line for `--help` and the report: what is done. */
  readonly summary: string
  /** Problems of the parameters, for the list of all problems of a scenario. */
  problems(parameters: FaultRequest['parameters']): string[]
  /** What undoes it, whatever state it is in. Safe to run twice. */
  undo(environment: Environment, target: string): UndoStep[]
  install(environment: Environment, target: string, parameters: FaultRequest['parameters']): Promise<void>
  /** Looks whether it is in force (undefined: not), with what was seen. Does not use the traffic of the run. */
  probeInstalled(environment: Environment, target: string): Promise<string | undefined>
  /** Takes it away; bounded by a deadline that the caller sets, after which the undo steps and their fallbacks run. */
  heal(environment: Environment, target: string): Promise<void>
  /** Looks whether it is gone. */
  probeHealed(environment: Environment, target: string): Promise<string | undefined>
}

/** Everything the watchdog can do without the harness. A process is named by pid and start time, so that a reused pid is left alone. */
export type UndoStep =
  | { do: 'enable-proxy'; api: string; proxy: string }
  | { do: 'remove-toxics'; api: string; proxy: string }
  | { do: 'signal'; pid: number; startTime: string; signal: 'SIGCONT' | 'SIGKILL' }

/** What is recorded of one fault: instants in ms since the flood began, null while it has not happened. */
export interface FaultRecord {
  id: string
  kind: string
  target: string
  parameters: FaultRequest['parameters']
  requestedAt: number
  installedAt: number | null
  observedAt: number | null
  observedBy: 'traffic' | 'probe' | 'exit' | null
  healedAt: number | null
  evidence: string[]
}
