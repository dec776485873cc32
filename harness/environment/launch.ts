import type { Writable } from 'node:stream'
import type { Probe } from './probes.ts'

/** What a process is started with. */
export interface ProcessLaunch {
  name: string
  command: string
  args: readonly string[]
  cwd: string
  env: NodeJS.ProcessEnv
  uid?: number
  gid?: number
  /** Asks it to end by itself. */
  stopSignal: 'SIGTERM' | 'SIGINT'
  /** Takes its standard output in place of the log. */
  output?: Writable
}

/** What one kind of component comes down to: a process to start, a request that it must answer, and a way to end it. */
export interface Launch extends ProcessLaunch {
  /** Before each start. */
  prepare?(signal: AbortSignal): Promise<void>
  probe: Probe
  /** Once, after it has answered for the first time. */
  initialise?(): Promise<void>
  /** After it has ended for good: what it left outside its data folder. */
  clear?(): Promise<void>
}
