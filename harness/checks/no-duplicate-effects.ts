import { flag } from './accounts.ts'
import type { Check } from './check.ts'
import { inWords, nameEvents } from './wording.ts'

/** Invariant: no event has more than one effect at a destination, once that destination's own idempotency has done its part. */
export function noDuplicateEffects(): Check {
  return {
    name: 'noDuplicateEffects',
    invariant: true,
    expected: 'no event takes effect twice at a destination',
    judge(evidence) {
      const { accounts } = evidence
      const observed = `${inWords(accounts.duplicated)} events with more than one effect, of ${inWords(accounts.arrivals)} arrivals`
      if (accounts.duplicated > 0) return { verdict: 'fail', observed, evidence: nameEvents(evidence, event => (accounts.flags[event] & flag.duplicated) !== 0) }
      return { verdict: accounts.arrivals === 0 ? 'unknown' : 'pass', observed: accounts.arrivals === 0 ? 'nothing arrived' : observed, evidence: [] }
    },
  }
}
