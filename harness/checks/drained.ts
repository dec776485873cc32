import type { Check } from './check.ts'
import { inWords, msInWords } from './wording.ts'

/** Always on. Unknown where there was nothing to drain, or the drain met its limit while acks or deliveries were still coming. */
export function drained(): Check {
  return {
    name: 'drained',
    invariant: false,
    expected: 'events acked, and the pipeline at rest before it is judged',
    judge({ accounts, drain }) {
      if (accounts.acked === 0) return { verdict: 'unknown', observed: 'nothing was acked', evidence: [] }
      const after = `after ${msInWords(drain.durationMs)}`
      if (accounts.stillArriving) return { verdict: 'unknown', observed: `deliveries were still coming at the drain's limit, ${after}; ${inWords(accounts.pending)} events pending`, evidence: [] }
      return { verdict: 'pass', observed: drain.ended === 'settled' ? `at rest for ${msInWords(drain.settleMs)}, ${after}` : `quiet for ${msInWords(drain.settleMs)} at the drain's limit, ${after}`, evidence: [] }
    },
  }
}
