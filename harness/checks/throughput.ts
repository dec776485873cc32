import { object, problemsOf, rule } from '../scenario/rules.ts'
import { DELIVERED } from './accounts.ts'
import type { Check, Verdict } from './check.ts'
import { unsoundCheck } from './unsound-check.ts'
import { whyAbsenceIsUnproved } from './readers-worked.ts'
import { samplesNeeded } from './sample-size.ts'
import { inWords, nameEvents, shareInWords } from './wording.ts'

const schema = object({ atLeast: rule('a share above 0 and up to 1, such as 0.9999', value => Number.isFinite(value) && (value as number) > 0 && (value as number) <= 1) })

/**
 * Objective: delivered / planned at the end of the drain is at least this share. With q = 1 - atLeast, a pass needs 3 / q events (sample-size.ts);
 * below 1 / q events a single absent one is already more than q, so one alone decides nothing and two are a fail. 0.9999: 30,000 to pass, 10,000 to fail by one.
 */
export function throughput(options: { atLeast: number }): Check {
  const problems = problemsOf('', schema, options)
  if (problems.length > 0) return unsoundCheck('throughput', problems)
  const { atLeast } = options
  const needed = samplesNeeded(1 - atLeast)
  return {
    name: 'throughput',
    invariant: false,
    expected: `at least ${shareInWords(atLeast, 1)} of planned events delivered, of ${inWords(needed)} or more`,
    judge(evidence) {
      const { accounts } = evidence
      const { planned, delivered, pending } = accounts
      if (planned === 0) return { verdict: 'unknown', observed: 'nothing was planned', evidence: [] }
      const absent = nameEvents(evidence, event => accounts.state[event] !== DELIVERED)
      const observed = `${inWords(delivered)} of ${inWords(planned)} delivered (${shareInWords(delivered, planned)})`
      const unproved = whyAbsenceIsUnproved(evidence)
      if (unproved !== undefined && delivered < planned) return { verdict: 'unknown', observed: `${observed}, as far as could be seen: ${unproved}`, evidence: absent }
      const { verdict, why } = weigh({ planned, delivered, pending, atLeast, needed })
      return { verdict, observed: observed + why, evidence: absent }
    },
  }
}

function weigh({ planned, delivered, pending, atLeast, needed }: { planned: number; delivered: number; pending: number; atLeast: number; needed: number }): { verdict: Verdict; why: string } {
  const enough = atLeast * planned
  if (delivered + pending < enough) {
    const oneDecides = planned * (1 - atLeast) >= 1 - 1e-9 || atLeast === 1
    if (!oneDecides && planned - delivered - pending === 1) return { verdict: 'unknown', why: `; one absent event cannot fail ${shareInWords(atLeast, 1)} of fewer than ${inWords(Math.round(1 / (1 - atLeast)))}` }
    return { verdict: 'fail', why: '' }
  }
  if (delivered < enough) return { verdict: 'unknown', why: `; ${inWords(pending)} absent while deliveries were still coming at the drain's limit` }
  if (planned < needed) return { verdict: 'unknown', why: `; too few to claim ${shareInWords(atLeast, 1)} at 95 % confidence, which takes ${inWords(needed)}` }
  return { verdict: 'pass', why: '' }
}
