import { flag } from './accounts.ts'
import type { Check } from './check.ts'
import { inWords, nameEvents } from './wording.ts'

/** Invariant: what arrives carries the amount, currency and (where the pipeline passes it on) digest of what was sent. */
export function intact(): Check {
  return {
    name: 'intact',
    invariant: true,
    expected: 'amount, currency and digest arrive as they were sent',
    judge(evidence) {
      const { accounts } = evidence
      const observed = `${inWords(accounts.mutated)} events mutated, of ${inWords(accounts.arrivals)} arrivals`
      if (accounts.mutated > 0) return { verdict: 'fail', observed, evidence: nameEvents(evidence, event => (accounts.flags[event] & flag.mutated) !== 0) }
      return { verdict: accounts.arrivals === 0 ? 'unknown' : 'pass', observed: accounts.arrivals === 0 ? 'nothing arrived' : observed, evidence: [] }
    },
  }
}
