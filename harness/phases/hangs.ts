// Faults of a scenario under which its own intake hangs, and whether the platform has the sockets to go on meanwhile.
import { inWords, msInWords, shareInWords } from '../checks/wording.ts'
import { membersOf } from '../environment/members.ts'
import { platform } from '../environment/links.ts'
import { faultKind } from '../faults/registry.ts'
import { countHung, type Hang } from '../plan/hang.ts'
import type { Impossible } from '../plan/impossible.ts'
import type { Plan } from '../plan/plan.ts'
import type { Prepared } from '../scenario/prepare.ts'

/** A p99 of the lag is beyond its limit where more events than these are. */
const tolerated = 0.01

/**
 * Hangs in which so many first attempts would wait for a socket that the run could only be invalid. Less than that is no reason to refuse: a platform that is short of
 * sockets is something that may be tried.
 */
export function hangProblems(prepared: Prepared, plan: Plan): Impossible[] {
  const { load: { maxSockets, retries: { totalTimeoutMs } }, scenario: { generator: { lagP99Ms } } } = prepared
  const flooded = plan.eventCount - plan.warmUpCount
  const hung = hangsOf(prepared).map(hang => ({ ...hang, ...countHung(plan, hang, { maxSockets, totalTimeoutMs, limitMs: lagP99Ms }) })).filter(({ late }) => late > 0)
  const late = hung.reduce((sum, hang) => sum + hang.late, 0)
  if (late <= flooded * tolerated) return []
  return hung.map(({ label, fromMs, toMs, holdsMs, sockets, late }) => {
    const heldMs = Math.min(holdsMs, totalTimeoutMs, toMs - fromMs)
    return {
      problem: `load.maxSockets: nothing answers in time from ${fromMs / 1_000} s to ${toMs / 1_000} s (${label}), so each attempt holds its socket for ${msInWords(heldMs)} and first attempts alone need ${inWords(sockets)} of them; ${inWords(maxSockets)} sockets / ${msInWords(heldMs)} = ${inWords(Math.floor((maxSockets * 1_000) / heldMs))} attempts a second, so ${inWords(late)} of ${inWords(flooded)} events (${shareInWords(late, flooded)}) would be sent more than ${msInWords(lagP99Ms)} late: the run could only be invalid`,
      hint: 'raise maxSockets to more than first attempts need, since retries come beside them, lower the rate, or shorten the faults',
    }
  })
}

/** Times in which no attempt is answered at once, since the intake or the platform's link to it is what a fault keeps waiting. */
function hangsOf({ faults, system }: Pick<Prepared, 'faults' | 'system'>): Hang[] {
  const intakes = membersOf(system, system.roles.intake!)
  return faults.flatMap(({ kind, target, members = [target], parameters, atMs, forMs }) => {
    const isHit = intakes.every(intake => members.includes(intake) || members.includes(`${platform}->${intake}`))
    const holdsMs = isHit ? faultKind(kind)?.holdsMs?.(parameters) ?? 0 : 0
    return holdsMs > 0 ? [{ label: `${kind} ${target}`, fromMs: atMs, toMs: atMs + forMs, holdsMs }] : []
  })
}
