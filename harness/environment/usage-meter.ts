// While the run goes on: CPU and memory of one component over all the lives it has had, since a dead one cannot be asked.
import type { ProcessUsage } from './environment.ts'
import type { Usage } from './life.ts'

export interface UsageMeter {
  /** What the present life has used so far. Called about once a second, and right before it is ended. */
  record(usage: Usage): void
  /** The life has ended: its CPU time is kept, and the next one counts from zero. */
  endLife(): void
  usage(): Omit<ProcessUsage, 'name'>
}

export function createUsageMeter(): UsageMeter {
  let endedMicroseconds = 0
  let currentMicroseconds = 0
  let peakRssBytes = 0
  return {
    record({ cpuMicroseconds, rssBytes }) {
      // A child that is gone, but not yet collected by its parent, would make the sum go down for a moment.
      currentMicroseconds = Math.max(currentMicroseconds, cpuMicroseconds)
      peakRssBytes = Math.max(peakRssBytes, rssBytes)
    },
    endLife() {
      endedMicroseconds += currentMicroseconds
      currentMicroseconds = 0
    },
    usage: () => ({ cpuMicroseconds: endedMicroseconds + currentMicroseconds, peakRssBytes }),
  }
}
