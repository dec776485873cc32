// Does nothing but look at the clock, and prints the share of the time in which whoever was due would have been late: more than the tolerance before the next look.
import { toleranceMs } from './punctuality.ts'

const forMs = Number(process.argv[2])
const startedMs = performance.now()
let lastMs = startedMs
let lateMs = 0
while (lastMs - startedMs < forMs) {
  const nowMs = performance.now()
  lateMs += Math.max(0, nowMs - lastMs - toleranceMs)
  lastMs = nowMs
}
console.log(lateMs / forMs)
