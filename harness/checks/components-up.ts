import type { Check } from './check.ts'
import { inWords } from './wording.ts'

/** Always on. Objective: no component of the system ends without a fault having asked for it. */
export function componentsUp(): Check {
  return {
    name: 'componentsUp',
    invariant: false,
    expected: 'no component ends unless a fault ends it',
    judge({ deaths, processes }) {
      const unasked = deaths.filter(death => !death.harness)
      if (unasked.length > 0) {
        const told = unasked.slice(0, 5).flatMap(death => [`${death.name} ${death.how}`, ...death.lastLines.slice(-5).map(line => `${death.name}: ${line}`)])
        return { verdict: 'fail', observed: `${unasked.map(death => death.name).join(', ')} ended unasked`, evidence: told }
      }
      if (processes.length === 0) return { verdict: 'unknown', observed: 'no process was watched', evidence: [] }
      return { verdict: 'pass', observed: `${inWords(processes.length)} processes watched, none ended unasked`, evidence: [] }
    },
  }
}
