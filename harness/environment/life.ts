// One life of a component, whatever it runs as: after a restart it has another.
import { anyAlive, cpuMicrosecondsOf, readProcess, treeOf } from './process-tree.ts'
import type { UndoStep } from './undo-step.ts'

/** A component from one start to its end, as a local process or in a container. Faults see in it whether what they did has come to pass. */
export interface Life {
  /** For people: `process 4711`, `container 3f2a9c1d`. */
  readonly label: string
  /** Whether it has not ended. */
  runs(): boolean
  /** Its processes that have not ended: how many there are, and how many of them are stopped. */
  countStopped(): Promise<{ all: number; stopped: number }>
  /** CPU time of all its processes together. */
  cpuMicroseconds(): Promise<number>
  /** What lets it go on where a pause has left it; none where everything that has been started goes as a whole. */
  readonly undoPause: readonly UndoStep[]
}

/** A life in the hands of whoever started it. */
export interface StartedLife {
  readonly life: Life
  /** Where it is a process of this machine. */
  readonly pid: number | undefined
  /** Whether the harness has ended it; otherwise its death is a finding. */
  readonly asked: boolean
  /** How it ended, once it has. */
  readonly how: string | undefined
  /** Resolves when it has ended and what it printed last is in the log. */
  readonly ended: Promise<{ how: string; atMs: number }>
  /** SIGKILL to all its processes; resolves when all of them are gone. */
  kill(): Promise<string>
  /** Asks it to end, and kills it where it has not within the limit; says how it ended and how long that took. */
  end(limitMs: number): Promise<string>
  /** Stops all its processes, or lets them go on; resolves when each shows the state. */
  setStopped(stopped: boolean): Promise<void>
  /** What it has used so far; undefined where it cannot be asked any more. */
  measure(): Promise<Usage | undefined>
}

/** CPU time of all its processes since it began, and the memory that they hold now, or held at their peak where the kernel keeps that. */
export interface Usage {
  cpuMicroseconds: number
  rssBytes: number
}

/** The life of a local process and of everything that it has started; another process with its pid is not it. */
export function processLife(pid: number, startTime: string): Life {
  const rows = (): ReturnType<typeof treeOf> => treeOf(pid).filter(row => row.state !== 'Z')
  return {
    label: `process ${pid}`,
    runs: () => readProcess(pid)?.startTime === startTime && anyAlive([pid]),
    async countStopped() {
      const all = rows()
      return { all: all.length, stopped: all.filter(row => row.state === 'T').length }
    },
    cpuMicroseconds: async () => cpuMicrosecondsOf(treeOf(pid)),
    undoPause: [{ do: 'signal', pid, startTime, signal: 'SIGCONT' }],
  }
}
