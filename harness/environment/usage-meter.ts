// While the run goes on: CPU and memory of one component over all the processes it has been, since a dead one cannot be asked.
import { readFileSync } from 'node:fs'
import type { ProcessUsage } from './environment.ts'
import { treeOf, type ProcessRow } from './process-tree.ts'

// The kernel's USER_HZ, fixed at 100 on every Linux platform that Node runs on.
const microsecondsPerTick = 10_000

export interface UsageMeter {
  /** Reads the tree under `root`. Called about once a second, and right before a process is ended. */
  sample(root: number, processes?: ProcessRow[]): void
  /** The process has ended: its CPU time is kept, and the next one counts from zero. */
  endProcess(): void
  usage(): Omit<ProcessUsage, 'name'>
}

/** CPU is what the kernel charged to the tree, peak memory the largest sum seen, with pages that its processes share counted once. */
export function createUsageMeter(): UsageMeter {
  let endedTicks = 0
  let currentTicks = 0
  let peakRssBytes = 0
  return {
    sample(root, processes) {
      const tree = treeOf(root, processes)
      // A child that is gone, but not yet collected by its parent, would make the sum go down for a moment.
      currentTicks = Math.max(currentTicks, tree.reduce((sum, row) => sum + row.cpuTicks, 0))
      peakRssBytes = Math.max(peakRssBytes, residentBytes(tree))
    },
    endProcess() {
      endedTicks += currentTicks
      currentTicks = 0
    },
    usage: () => ({ cpuMicroseconds: (endedTicks + currentTicks) * microsecondsPerTick, peakRssBytes }),
  }
}

function residentBytes(tree: readonly ProcessRow[]): number {
  const memory = tree.map(row => memoryOf(row.pid))
  const peakOfOne = Math.max(0, ...memory.map(each => each.peak))
  const together = memory.reduce((sum, each) => sum + each.own, 0) + Math.max(0, ...memory.map(each => each.shared))
  return Math.max(peakOfOne, together)
}

/** VmHWM is the kernel's own peak of one process; anonymous pages are its own, file and shared memory pages common to the tree. */
function memoryOf(pid: number): { peak: number; own: number; shared: number } {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1')
    const bytes = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) * 1024
    return { peak: bytes('VmHWM'), own: bytes('RssAnon'), shared: bytes('RssFile') + bytes('RssShmem') }
  } catch {
    return { peak: 0, own: 0, shared: 0 }
  }
}
