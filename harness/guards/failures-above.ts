import { inWords, shareInWords } from '../checks/wording.ts'
import { mustDurationMs, type Duration } from '../scenario/duration.ts'
import { between, duration, object, problemsOf } from '../scenario/rules.ts'
import type { Guard, GuardedStatus } from './guard.ts'

const schema = object({ share: between(0, 1), for: duration })
/** Fewer ended attempts than this in a window say nothing. */
const leastAttempts = 20

/** Aborts when more than this share of the attempts that ended within a sliding window failed: refused, or without an answer. */
export function failuresAbove(options: { share: number; for: Duration }): Guard {
  return {
    name: 'failuresAbove',
    problems: problemsOf('', schema, options),
    condition: `more than ${options?.share} of attempts failing over ${options?.for}`,
    watch() {
      const windowMs = mustDurationMs(options.for)
      // Bounded by ten looks a second over the window.
      const looks: GuardedStatus[] = []
      return status => {
        looks.push(status)
        while (looks.length > 1 && looks[1].elapsedMs <= status.elapsedMs - windowMs) looks.shift()
        const [before] = looks
        if (status.elapsedMs - before.elapsedMs < windowMs) return undefined
        const failed = status.refused + status.indeterminate - before.refused - before.indeterminate
        const ended = failed + status.acked - before.acked
        if (ended < leastAttempts || failed <= options.share * ended) return undefined
        return `${inWords(failed)} of ${inWords(ended)} attempts failed within ${options.for} (${shareInWords(failed, ended)}), limit ${shareInWords(options.share, 1)}`
      }
    },
  }
}
