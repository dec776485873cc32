import { readFileSync } from 'node:fs'
import type { ProcessUsage } from '../environment/environment.ts'
import { readProcess } from '../environment/process-tree.ts'
import type { Arranged } from './arrange.ts'

/** The kernel's clock ticks in /proc are hundredths of a second on every Linux that Node runs on. */
const microsecondsPerClockTick = 10_000

/** CPU and memory of every process of the run so far: the system's, the proxies', the load engine's program, and the harness's own two. */
export async function totalUsage({ environment, servers, engine }: Arranged): Promise<ProcessUsage[]> {
  const { user, system } = process.cpuUsage()
  return [
    ...(await environment.usage()),
    ...(engine.program === undefined ? [] : [engine.program.usage()]),
    { name: 'harness', cpuMicroseconds: user + system, peakRssBytes: process.resourceUsage().maxRSS * 1024 },
    { name: 'destinations', cpuMicroseconds: (readProcess(servers.pid)?.cpuTicks ?? 0) * microsecondsPerClockTick, peakRssBytes: peakRssOf(servers.pid) },
  ]
}

/** What was used from one reading to the next; the peak stays the later one's. A process that is gone can no longer be asked and counts as none. */
export function usageBetween(before: readonly ProcessUsage[], after: readonly ProcessUsage[]): ProcessUsage[] {
  const earlier = new Map(before.map(each => [each.name, each.cpuMicroseconds]))
  return after.map(each => ({ ...each, cpuMicroseconds: Math.max(0, each.cpuMicroseconds - (earlier.get(each.name) ?? 0)) }))
}

function peakRssOf(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}
