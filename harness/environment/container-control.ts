// What can be done to a component because it runs in a container: faults limit, starve and part it through this.
import type { Probe } from './probes.ts'

/** A container of a run. Limits hold over all its lives until they are lifted. */
export interface ContainerControl {
  /** Limits its CPU to this many processors' worth of time, at once; null lifts it. */
  limitCpu(processors: number | null): Promise<void>
  /** How its CPU was limited in its present life, as the kernel counts it. */
  cpuThrottling(): Promise<CpuThrottling>
  /** Limits its memory, swap included; null lifts it. Throws where the engine refuses, as it may for a running container that uses more than that. */
  limitMemory(bytes: number | null): Promise<void>
  /** The limits that the engine has now; null: none. */
  limits(): Promise<{ processors: number | null; memoryBytes: number | null }>
  /** How its last life ended, or its present one would be said to have. */
  lastEnd(): Promise<{ exitCode: number; outOfMemory: boolean }>
  /** Whether it works, in its own words; throws with what it says does not. Undefined where it has no words for that. */
  readonly health: Probe | undefined
  /** Parts it from the run's network: nothing reaches it, and it reaches nobody. Harmless where it is. */
  disconnect(): Promise<void>
  /** Joins it to the run's network again, under the names that it had. Its address there may be another. Harmless where it is joined. */
  connect(): Promise<void>
  isConnected(): Promise<boolean>
  /** The disk of limited size that its data is on; undefined where none was asked for before it started. */
  readonly disk: LimitedDisk | undefined
}

export interface CpuThrottling {
  /** Periods of a tenth of a second in which it wanted CPU under a limit, and those of them in which it was kept waiting. */
  periods: number
  throttledPeriods: number
  throttledMicroseconds: number
}

/** A disk that something else on it can fill. */
export interface LimitedDisk {
  readonly sizeBytes: number
  /** Takes all that is free, and whatever becomes free, until it is told to give that back. */
  fill(): Promise<DiskState>
  /** Gives all of it back. Harmless where it has taken nothing. */
  release(): Promise<DiskState>
  state(): Promise<DiskState>
}

export interface DiskState {
  isFilling: boolean
  filledBytes: number
  /** What came of writing some bytes to it just now: the error's code, such as ENOSPC, or undefined where they were written. */
  refusal: string | undefined
}
