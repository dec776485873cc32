// How busy the machine was, whoever it was busy for; and what a hypervisor gave to other guests while this one had work, which on a rented machine is the usual reason
// for lateness that nobody here is to blame for.
import { readFileSync } from 'node:fs'

/** Of all cores together, ticks since boot. */
export interface CpuTimes {
  ticks: number
  idleTicks: number
  stolenTicks: number
}

/** Shares of all cores' time, 0 to 1. */
export interface MachineCpu {
  busyShare: number
  stolenShare: number
}

/** From the first line of /proc/stat (proc_stat(5)): user, nice, system, idle, iowait, irq, softirq, steal; what follows is counted in user. Undefined where there is none. */
export function readCpuTimes(): CpuTimes | undefined {
  try {
    const times = readFileSync('/proc/stat', 'latin1').split('\n', 1)[0].trim().split(/\s+/).slice(1, 9).map(Number)
    return { ticks: times.reduce((sum, each) => sum + each, 0), idleTicks: times[3] + times[4], stolenTicks: times[7] ?? 0 }
  } catch {
    return undefined
  }
}

/** Between two readings; null where the kernel does not say. */
export function cpuBetween(before: CpuTimes | undefined, after: CpuTimes | undefined): MachineCpu | null {
  if (before === undefined || after === undefined || after.ticks <= before.ticks) return null
  const share = (ticks: number): number => Math.max(0, ticks / (after.ticks - before.ticks))
  const stolenShare = share(after.stolenTicks - before.stolenTicks)
  return { busyShare: Math.max(0, 1 - share(after.idleTicks - before.idleTicks) - stolenShare), stolenShare }
}
