import { LOST } from './accounts.ts'
import type { Check } from './check.ts'
import { whyAbsenceIsUnproved } from './readers-worked.ts'
import { inWords, nameEvents } from './wording.ts'

/** Invariant: every acked event arrived at every destination. Absence counts only where every reader worked and the drain came to rest. */
export function noLoss(): Check {
  return {
    name: 'noLoss',
    invariant: true,
    expected: 'every acked event arrives at every destination',
    judge(evidence) {
      const { accounts } = evidence
      const seen = `${inWords(accounts.lost)} of ${inWords(accounts.acked)} acked events lost`
      const unproved = whyAbsenceIsUnproved(evidence)
      if (accounts.lost > 0) {
        const lost = nameEvents(evidence, event => accounts.state[event] === LOST)
        return unproved === undefined ? { verdict: 'fail', observed: seen, evidence: lost } : { verdict: 'unknown', observed: `${seen}, unless they went unseen: ${unproved}`, evidence: lost }
      }
      if (accounts.acked === 0) return { verdict: 'unknown', observed: 'nothing was acked, so nothing could be lost', evidence: [] }
      if (accounts.pending > 0) return { verdict: 'unknown', observed: `${seen}; ${inWords(accounts.pending)} absent while deliveries were still coming at the drain's limit`, evidence: [] }
      return { verdict: 'pass', observed: seen, evidence: [] }
    },
  }
}
