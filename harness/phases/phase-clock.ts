import { monotonicMs } from '../clock.ts'
import type { Progress } from '../progress.ts'

/** When each phase of a run began and ended, on the shared monotonic clock. */
export interface Phases {
  begin(name: string): void
  end(): void
  /** Phases so far, the running one up to now, in ms since `zeroMs`. */
  since(zeroMs: number): { name: string; startMs: number; endMs: number }[]
}

export function startPhases(progress: Progress): Phases {
  const starts: { name: string; atMs: number }[] = []
  let ended = false
  return {
    begin(name) {
      starts.push({ name, atMs: monotonicMs() })
      progress.phase(name)
    },
    end() {
      if (!ended) progress.end()
      ended = true
    },
    since(zeroMs) {
      return starts.map(({ name, atMs }, index) => ({ name, startMs: atMs - zeroMs, endMs: (starts[index + 1]?.atMs ?? monotonicMs()) - zeroMs }))
    },
  }
}
