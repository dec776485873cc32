// What has to keep a schedule goes before the rest of a small machine.
import { writeFileSync } from 'node:fs'
import type { ChildProcess } from 'node:child_process'

/**
 * A process that was started as a session of its own (`detached`) goes before all others on a busy processor: Linux divides it between sessions, and what the
 * machine does for itself (kernel threads that look for memory to give back take slices of 4 ms) counts as one. Where that is not allowed or not known, it
 * runs as it would have.
 */
export function goFirst({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    writeFileSync(`/proc/${pid}/autogroup`, '-10')
  } catch {
    // Only root may, and only with a kernel that groups by session.
  }
}
