import { mustDurationMs, type Duration } from '../scenario/duration.ts'
import { duration, object, problemsOf } from '../scenario/rules.ts'
import type { Check, Evidence, Finding, Verdict } from './check.ts'
import { unsoundCheck } from './unsound-check.ts'
import { goodSecondsInARow, type Recovery } from './recovery-time.ts'
import { msInWords } from './wording.ts'

const parts = ['admission', 'backlog', 'destination'] as const
type Part = (typeof parts)[number]
type Bounds = { [P in Part]?: Duration }
const schema = object({ admission: duration.optional(), backlog: duration.optional(), destination: duration.optional() })
  .refine(options => parts.some(part => (options as Bounds)[part] !== undefined), `an object with at least one of ${parts.join(', ')}`)

/**
 * Objective: after every fault each named part is good again within its bound, counted from the heal (recovery-time.ts). What never recovers is a fail;
 * but where the flood ended too soon after the heal to show admission or destination within the bound, that is unknown.
 */
export function recovery(options: Bounds): Check {
  const problems = problemsOf('', schema, options)
  if (problems.length > 0) return unsoundCheck('recovery', problems)
  const bounds = parts.filter(part => options[part] !== undefined).map(part => ({ part, boundMs: mustDurationMs(options[part]!) }))
  return {
    name: 'recovery',
    invariant: false,
    needsFaults: true,
    expected: `after each heal: ${bounds.map(({ part, boundMs }) => `${part} within ${msInWords(boundMs)}`).join(', ')}`,
    judge(evidence) {
      const weighed = evidence.recoveries.flatMap(recovered => bounds.map(({ part, boundMs }) => weigh(evidence, recovered, part, boundMs)))
      if (weighed.length === 0) return { verdict: 'unknown', observed: 'no fault to recover from', evidence: [] }
      const verdict = (['fail', 'unknown'] as const).find(one => weighed.some(part => part.verdict === one)) ?? 'pass'
      const telling = weighed.filter(one => one.verdict === verdict)
      return { verdict, observed: telling.map(one => one.observed).join('; '), evidence: weighed.filter(one => one.verdict !== verdict).map(one => one.observed) } satisfies Finding
    },
  }
}

function weigh({ faults, plan }: Evidence, recovered: Recovery, part: Part, boundMs: number): { verdict: Verdict; observed: string } {
  const took = recovered[part]
  if (took !== null) return { verdict: took <= boundMs ? 'pass' : 'fail', observed: `${recovered.fault}: ${part} ${msInWords(took)}` }
  const healed = faults.map(fault => fault.healedAt)
  if (healed.includes(null)) return { verdict: 'unknown', observed: `${recovered.fault}: never healed` }
  const leftMs = plan.floodMs - Math.max(...(healed as number[]))
  if (part !== 'backlog' && leftMs < boundMs + goodSecondsInARow * 1000) return { verdict: 'unknown', observed: `${recovered.fault}: ${part} not shown, the flood ended ${msInWords(Math.max(0, leftMs))} after the last heal` }
  return { verdict: 'fail', observed: `${recovered.fault}: ${part} never` }
}
