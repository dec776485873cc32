import { between, object, problemsOf } from '../scenario/rules.ts'
import type { Check } from './check.ts'
import { unsoundCheck } from './unsound-check.ts'
import { inWords, nameEvents, shareInWords } from './wording.ts'

const schema = object({ atMost: between(0, 1) })

/**
 * Objective: arrivals of an event after its first at a destination, whether or not they took effect, are at most this share (0 to 1) of all arrivals.
 * They cost the destination work even where its idempotency swallows them. An event's arrivals stop counting at 255.
 */
export function duplicateArrivals(options: { atMost: number }): Check {
  const problems = problemsOf('', schema, options)
  if (problems.length > 0) return unsoundCheck('duplicateArrivals', problems)
  const { atMost } = options
  return {
    name: 'duplicateArrivals',
    invariant: false,
    expected: `at most ${shareInWords(atMost, 1)} of arrivals repeat an earlier one`,
    judge(evidence) {
      const { arrivals, repeatedArrivals } = evidence.accounts
      if (arrivals === 0) return { verdict: 'unknown', observed: 'nothing arrived', evidence: [] }
      const repeats = (event: number): boolean => evidence.history.deliveries.some(delivery => delivery.arrivals[event] > 1)
      return {
        verdict: repeatedArrivals <= atMost * arrivals ? 'pass' : 'fail',
        observed: `${inWords(repeatedArrivals)} of ${inWords(arrivals)} arrivals repeated (${shareInWords(repeatedArrivals, arrivals)})`,
        evidence: nameEvents(evidence, repeats),
      }
    },
  }
}
