import type { Check, Evidence } from './check.ts'
import { isGoodShare } from './good-share.ts'
import { msInWords } from './wording.ts'

/** How many of the last whole seconds before the first fault are looked at; most of them must be good. */
const secondsLooked = 5

/**
 * Always on where a scenario has faults. Unknown unless the pipeline ran well when the first fault came: 99 % of the attempts that ended acked, and the
 * backlog under one second's load. What a fault does to a pipeline that was failing anyway says nothing about the fault.
 */
export function steadyBefore(): Check {
  return {
    name: 'steadyBefore',
    invariant: false,
    expected: 'a pipeline that runs well when the first fault comes',
    judge(evidence) {
      const first = Math.min(...evidence.faults.map(fault => (fault.installedAt === null ? Infinity : fault.requestedAt)))
      if (first === Infinity) return { verdict: 'unknown', observed: 'no fault came', evidence: [] }
      const seconds = lastWholeSeconds(first)
      if (seconds.length === 0) return { verdict: 'pass', observed: `the first fault came ${msInWords(first)} into the flood: the warm-up was the steady state`, evidence: [] }
      const problems = seconds.map(second => problemOf(evidence, second)).filter(problem => problem !== undefined)
      const observed = `${seconds.length - problems.length} of the last ${seconds.length} whole seconds before the first fault were good`
      return { verdict: problems.length * 2 < seconds.length ? 'pass' : 'unknown', observed, evidence: problems }
    },
  }
}

/** Not the flood's first second, in which everything starts. */
function lastWholeSeconds(untilMs: number): number[] {
  const end = Math.floor(untilMs / 1_000)
  const from = Math.max(1, end - secondsLooked)
  return Array.from({ length: Math.max(0, end - from) }, (_, index) => from + index)
}

function problemOf({ series }: Evidence, second: number): string | undefined {
  const [acked, refused, indeterminate] = [series.acked, series.refused, series.indeterminate].map(counts => counts[second] ?? 0)
  const ended = acked + refused + indeterminate
  if (!isGoodShare(acked, ended)) return `second ${second}: ${ended - acked} of ${ended} attempts failed`
  const load = Math.max(series.planned[second] ?? 0, 1)
  const backlog = series.backlog[second] ?? 0
  return backlog > load ? `second ${second}: backlog of ${backlog}, one second's load is ${load}` : undefined
}
