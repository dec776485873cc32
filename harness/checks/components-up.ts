import type { Check } from './check.ts'
import { listDeaths, tellDeaths } from './last-words.ts'
import { inWords } from './wording.ts'

/** Always on. Objective: no component of the system ends without a fault having asked for it. */
export function componentsUp(): Check {
  return {
    name: 'componentsUp',
    invariant: false,
    expected: 'no component ends unless a fault ends it',
    judge({ deaths, processes }) {
      const unasked = deaths.filter(death => !death.harness)
      if (unasked.length > 0) return { verdict: 'fail', observed: tellDeaths(unasked, 'ended unasked'), evidence: listDeaths(unasked) }
      if (processes.length === 0) return { verdict: 'unknown', observed: 'no process was watched', evidence: [] }
      return { verdict: 'pass', observed: `${inWords(processes.length)} processes watched, none ended unasked`, evidence: [] }
    },
  }
}
