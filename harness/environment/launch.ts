import type { Writable } from 'node:stream'
import type { ComponentLog } from './component-log.ts'
import type { ContainerControl } from './container-control.ts'
import type { ProcessJournal } from './environment.ts'
import type { StartedLife } from './life.ts'
import { startProcess } from './local-process.ts'
import type { Probe } from './probes.ts'

/** What one kind of component comes down to: lives to begin, a request that each must answer, and a way to end it for good. */
export interface Launch {
  readonly name: string
  /** Begins a life of it; resolves when it runs, ready or not. Throws `unavailable` where it cannot be started at all. */
  begin(around: { log: ComponentLog; journal: ProcessJournal; signal: AbortSignal }): Promise<StartedLife>
  probe: Probe
  /** Where its lives are those of a container. */
  readonly control?: ContainerControl
  /** Once, after it has answered for the first time. */
  initialise?(): Promise<void>
  /** After it has ended for good: what it left that nothing else removes. */
  clear?(): Promise<void>
}

/** What a process is started with. */
export interface ProcessSetting {
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

/** A component that is a process of this machine. */
export interface ProcessLaunch extends ProcessSetting, Pick<Launch, 'probe' | 'initialise' | 'clear'> {
  /** Before each start. */
  prepare?(signal: AbortSignal): Promise<void>
}

export function launchProcess({ prepare, probe, initialise, clear, ...setting }: ProcessLaunch): Launch {
  return {
    name: setting.name,
    async begin({ log, journal, signal }) {
      await prepare?.(signal)
      signal.throwIfAborted()
      return await startProcess(setting, log, journal)
    },
    probe,
    initialise,
    clear,
  }
}
