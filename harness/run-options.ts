import type { RunRecord } from '../reports/record.ts'
import type { Progress } from './progress.ts'

/** How a scenario is to be run, whatever it says itself. */
export interface RunOptions {
  seed: number
  /** Folder that the run's own folder is made in. */
  out: string
  links: 'toxiproxy' | 'direct'
  /** Hosts other than loopback that the system may stand on. */
  allowedHosts: readonly string[]
  /** Both arms are run: this is the first, without faults, or the second, with what the first came to. */
  arm?: { kind: 'control' } | { kind: 'faults'; control: Pick<RunRecord, 'runId' | 'verdict' | 'counts' | 'throughput' | 'latencyMs'> }
  signal: AbortSignal
  progress: Progress
}
