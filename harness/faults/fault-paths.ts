// Arranging, after the components are up: a fault that nobody could see is told before the flood, not after it.
import { causeOf } from '../errors.ts'
import { within } from './deadline.ts'
import type { Disturbed, ResolvedFault } from './fault.ts'
import { labelOf } from './fault-run.ts'
import { onMembers } from './on-members.ts'
import { faultKinds, faultKind, type FaultKinds } from './registry.ts'

const probeLimitMs = 5_000

/** Makes every fault's probes once and lets them go: a line for each fault whose effect no probe could see in this environment. */
export async function probeFaultPaths(environment: Disturbed, faults: readonly ResolvedFault[], kinds: FaultKinds = faultKinds): Promise<string[]> {
  // One that comes again is probed once.
  const different = [...new Map(faults.map(fault => [JSON.stringify([fault.kind, fault.target, fault.parameters]), fault])).values()]
  const problems = await Promise.all(different.map(async fault => {
    try {
      const watch = await within('its probes', probeLimitMs, onMembers(faultKind(fault.kind, kinds)!, fault).watch(environment, fault.target, fault.parameters))
      watch.close()
      return undefined
    } catch (error) {
      return `${labelOf(fault)}: ${causeOf(error)}`
    }
  }))
  return problems.filter(problem => problem !== undefined)
}
