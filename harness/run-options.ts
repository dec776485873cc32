import type { Progress } from './progress.ts'

/** How a scenario is to be run, whatever it says itself. */
export interface RunOptions {
  seed: number
  /** Folder that the run's own folder is made in. */
  out: string
  links: 'toxiproxy' | 'direct'
  /** Hosts other than loopback that the system may stand on. */
  allowedHosts: readonly string[]
  signal: AbortSignal
  progress: Progress
}
