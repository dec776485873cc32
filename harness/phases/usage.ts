import type { ProcessUsage } from '../environment/environment.ts'
import type { Arranged } from './arrange.ts'

/** CPU and memory of every process of the run so far: the system's, the proxies', the load engine's program, and the harness's own two. */
export async function totalUsage({ environment, servers, engine }: Arranged): Promise<ProcessUsage[]> {
  const { user, system } = process.cpuUsage()
  return [
    ...(await environment.usage()),
    ...(engine.program === undefined ? [] : [engine.program.usage()]),
    { name: 'harness', cpuMicroseconds: user + system, peakRssBytes: process.resourceUsage().maxRSS * 1024 },
    { name: 'destinations', ...(await servers.usage()) },
  ]
}

/** What was used from one reading to the next; the peak stays the later one's. A process that is gone can no longer be asked and counts as none. */
export function usageBetween(before: readonly ProcessUsage[], after: readonly ProcessUsage[]): ProcessUsage[] {
  const earlier = new Map(before.map(each => [each.name, each.cpuMicroseconds]))
  return after.map(each => ({ ...each, cpuMicroseconds: Math.max(0, each.cpuMicroseconds - (earlier.get(each.name) ?? 0)) }))
}
