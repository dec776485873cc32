import type { EngineAddress } from './containers/engine-request.ts'

/** Everything the watchdog can do without the harness. A process is named by pid and start time, so that a reused pid is left alone; its whole tree is meant. */
export type UndoStep =
  | { do: 'enable-proxy'; api: string; proxy: string }
  | { do: 'remove-toxics'; api: string; proxy: string }
  | { do: 'signal'; pid: number; startTime: string; signal: 'SIGCONT' | 'SIGKILL' }
  /** Only a folder whose own name starts with `floodmark-` is removed. */
  | { do: 'remove-folder'; path: string }
  /** All containers, volumes and networks of an engine that carry the run's label (containers/remove-run.ts), whatever state they are in. */
  | { do: 'remove-containers'; engine: EngineAddress; runId: string }
