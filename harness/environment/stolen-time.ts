// CPU time that a hypervisor gave to other guests while this one had work: on a rented machine the usual reason for lateness that nobody here is to blame for.
import { readFileSync } from 'node:fs'

/** Of all cores together, ticks since boot. */
export interface CpuTimes {
  ticks: number
  stolenTicks: number
}

/** From the first line of /proc/stat (proc_stat(5)): user, nice, system, idle, iowait, irq, softirq, steal; what follows is counted in user. Undefined where there is none. */
export function readCpuTimes(): CpuTimes | undefined {
  try {
    const times = readFileSync('/proc/stat', 'latin1').split('\n', 1)[0].trim().split(/\s+/).slice(1, 9).map(Number)
    return { ticks: times.reduce((sum, each) => sum + each, 0), stolenTicks: times[7] ?? 0 }
  } catch {
    return undefined
  }
}

/** Share of the machine's time, 0 to 1, that was stolen between two readings; null where the kernel does not say. */
export function stolenShare(before: CpuTimes | undefined, after: CpuTimes | undefined): number | null {
  if (before === undefined || after === undefined || after.ticks <= before.ticks) return null
  return (after.stolenTicks - before.stolenTicks) / (after.ticks - before.ticks)
}
