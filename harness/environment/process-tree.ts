// A component's processes: its own group and everything it has started since. The watchdog uses this too, so it imports nothing of the run.
import { readdirSync, readFileSync } from 'node:fs'

// The kernel's USER_HZ, fixed at 100 on every Linux platform that Node runs on.
const microsecondsPerTick = 10_000

/** One row of the process table. Times are clock ticks, 100 a second. */
export interface ProcessRow {
  pid: number
  parent: number
  group: number
  /** R, S, D, T (stopped), Z (ended, not yet collected) ... */
  state: string
  /** Ticks since boot: tells a process from a later one with its pid. */
  startTime: string
  /** Its own CPU time and that of its ended, collected children. */
  cpuTicks: number
}

/** One process from /proc/<pid>/stat, or undefined where there is none. */
export function readProcess(pid: number): ProcessRow | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field is the program's name in parentheses and may hold anything, so count from the last one.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const [utime, stime, childrenUtime, childrenStime] = fields.slice(11, 15).map(Number)
    return { pid, state: fields[0], parent: Number(fields[1]), group: Number(fields[2]), startTime: fields[19], cpuTicks: utime + stime + childrenUtime + childrenStime }
  } catch {
    return undefined
  }
}

/** Every process there is: a few milliseconds on a busy machine. */
export function readProcesses(): ProcessRow[] {
  return readdirSync('/proc').filter(name => /^\d+$/.test(name)).map(name => readProcess(Number(name))).filter(row => row !== undefined)
}

let shared: ProcessRow[] | undefined

/** The process table, read once for all who ask in the same turn of the event loop: every component of a run is looked at side by side. */
export function sharedProcesses(): ProcessRow[] {
  if (shared === undefined) setImmediate(() => (shared = undefined))
  return (shared ??= readProcesses())
}

/**
 * The root's group and all descendants of either, the root first. The group alone is not enough: PostgreSQL gives every
 * backend a session of its own, so a signal to the group reaches the postmaster only.
 */
export function treeOf(root: number, processes = readProcesses()): ProcessRow[] {
  const tree = processes.filter(row => row.pid === root || row.group === root).sort((a, b) => Number(b.pid === root) - Number(a.pid === root))
  const known = new Set(tree.map(row => row.pid))
  // Grows while it is walked; bounded by the number of processes.
  for (const { pid } of tree) {
    for (const row of processes) {
      if (row.parent === pid && !known.has(row.pid)) {
        known.add(row.pid)
        tree.push(row)
      }
    }
  }
  return tree
}

/**
 * Signals a process tree, and says which processes it was sent to. Nothing happens when `pid` is gone or has become another process.
 * The root is stopped before its children are listed, so that it cannot start one unseen in between.
 */
export function signalTree(pid: number, startTime: string, signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL' | 'SIGTERM'): number[] {
  const root = readProcess(pid)
  if (root && root.startTime !== startTime) return []
  if (root && (signal === 'SIGSTOP' || signal === 'SIGKILL')) send(pid, 'SIGSTOP')
  const pids = treeOf(pid).filter(row => row.state !== 'Z').map(row => row.pid)
  for (const each of pids) send(each, signal)
  return pids
}

/** CPU time of processes together. */
export function cpuMicrosecondsOf(rows: readonly ProcessRow[]): number {
  return rows.reduce((sum, row) => sum + row.cpuTicks, 0) * microsecondsPerTick
}

/** Whether any of them still runs. */
export function anyAlive(pids: readonly number[]): boolean {
  return pids.some(pid => (readProcess(pid)?.state ?? 'Z') !== 'Z')
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    // It ended between the listing and the signal.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
