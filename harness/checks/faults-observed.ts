import type { Check } from './check.ts'
import { inWords } from './wording.ts'

/** Always on where a scenario has faults. Invalid unless each was installed, seen in force by its effect, and healed. */
export function faultsObserved(): Check {
  return {
    name: 'faultsObserved',
    invariant: false,
    expected: 'every fault installed, observed and healed',
    judge({ faults }) {
      if (faults.length === 0) return { verdict: 'unknown', observed: 'no fault was asked for', evidence: [] }
      const problems = faults.flatMap(fault => {
        const lacking = [fault.installedAt === null && 'installed', fault.observedAt === null && 'observed', fault.healedAt === null && 'healed'].filter(word => word !== false)
        return lacking.length > 0 ? [{ fault, text: `${fault.id} (${fault.kind} ${fault.target}) never ${lacking.join(', ')}` }] : []
      })
      if (problems.length === 0) return { verdict: 'pass', observed: `${inWords(faults.length)} of ${inWords(faults.length)} observed`, evidence: faults.flatMap(fault => fault.evidence.slice(0, 1)) }
      return { verdict: 'invalid', observed: problems.map(problem => problem.text).join('; '), evidence: problems.flatMap(problem => problem.fault.evidence).slice(0, 10) }
    },
  }
}
