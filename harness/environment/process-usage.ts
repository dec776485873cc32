// What a local process and everything that it has started use, as the kernel counts it.
import { readFileSync } from 'node:fs'
import type { Usage } from './life.ts'
import { cpuMicrosecondsOf, sharedProcesses, treeOf, type ProcessRow } from './process-tree.ts'

/** CPU is what the kernel charged to the tree, memory the larger of the peak of one process and the sum of all now, with pages that they share counted once. */
export function measureTree(root: number): Usage {
  const tree = treeOf(root, sharedProcesses())
  return { cpuMicroseconds: cpuMicrosecondsOf(tree), rssBytes: residentBytes(tree) }
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
