// What an environment is made by: its kind, and the ground that one run stands on.
import type { StartServersProgram } from '../destination/servers-program.ts'
import type { ResolvedFault } from '../faults/fault.ts'
import type { EngineName } from '../load/engines.ts'
import type { StartK6Program } from '../load/k6/program.ts'
import type { System } from '../scenario/system.ts'
import type { ArrangeOptions, Environment, ProcessJournal } from './environment.ts'

/** One kind of environment. A new one is a maker of this shape and a line in environments.ts. */
export interface EnvironmentKind {
  /** What of a scenario and its system cannot be had in it: path, what was found, what would be right. Such a scenario is refused. */
  problems(asked: { system: System; faults: readonly Pick<ResolvedFault, 'id' | 'kind' | 'target'>[] }): string[]
  /** Gets ready what must be there before the first program of a run starts. Throws `unavailable` where it cannot be had, with its cure; then nothing is left of it. */
  prepare(setting: GroundSetting): Promise<Ground>
}

export interface GroundSetting {
  system: System
  /** Files that the destinations' program reads its definitions from (destination/servers.ts). */
  scenarioFile: string
  systemFile: string | null
  faults: readonly ResolvedFault[]
  /** What sends the load, which may be a program that is run here. */
  engine: EngineName
  runId: string
  /** Folder of this run. */
  folder: string
  links: ArrangeOptions['links']
  journal: ProcessJournal
  /** Told what is being done, for the terminal. */
  progress: (line: string) => void
  signal: AbortSignal
}

export interface Ground {
  readonly startServers: StartServersProgram
  /** Where k6 is no process of this machine. */
  readonly startK6?: StartK6Program
  arrange(options: ArrangeOptions): Promise<Environment>
  /** After everything on it has been stopped. */
  stop(): Promise<void>
}
