import type { Check } from './check.ts'
import { msInWords } from './wording.ts'

/** On where a scenario has `abortWhen`. Objective: none of its conditions came true, so the experiment was carried through. */
export function guardsHeld(): Check {
  return {
    name: 'guardsHeld',
    invariant: false,
    expected: 'no condition of abortWhen comes true',
    judge({ aborted }) {
      if (aborted === undefined) return { verdict: 'pass', observed: 'the flood was sent to its end', evidence: [] }
      return { verdict: 'fail', observed: `aborted at ${msInWords(aborted.atMs)} by ${aborted.guard}: ${aborted.reason}`, evidence: ['what was planned after that was never sent'] }
    },
  }
}
