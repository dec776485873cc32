// The search: draw, run, and where an invariant breaks rule out chance and make the schedule small.
import { describeSchedule, totalMs, type Schedule } from './schedule.ts'
import type { Candidates, Tried } from './candidates.ts'
import { shrink } from './shrink.ts'

export interface SearchOptions {
  candidates: Candidates
  /** Schedules to try, one after another; undefined where that number has none. */
  scheduleOf: (number: number) => Schedule | undefined
  /** Schedules at most. */
  most: number
  /** Runs at a time while nothing is found; what is found is repeated and made small one run at a time. */
  jobs: number
  isPossible: (schedule: Schedule) => boolean
  shortestMs: number
  tell: (line: string) => void
  /** No schedule is begun after this has aborted: the budget is spent. */
  spent: AbortSignal
}

export interface Found {
  /** As it was drawn, and what is left of it. */
  drawn: Schedule
  schedule: Schedule
  /** Invariants that broke in the last run of the schedule, in words. */
  checks: string[]
  /** How often the drawn schedule broke one, of how many runs. */
  broke: number
  of: number
  /** False where the budget was spent before every smaller schedule had been tried. */
  isSmallest: boolean
}

export interface SearchResult {
  tried: number
  /** Schedules whose runs said nothing. */
  invalid: number
  /** Broke once and not again: chance, or a race that is hard to hit. */
  flaky: { schedule: Schedule; checks: string[] }[]
  found: Found | undefined
}

/** Runs of a schedule that broke something, the first included; it counts as found when most of them did. */
const repeats = 3

/** Tries schedules until one breaks an invariant again and again, the last is tried, or the budget is spent. */
export async function search(options: SearchOptions): Promise<SearchResult> {
  const { candidates, scheduleOf, most, jobs, tell, spent } = options
  const result: SearchResult = { tried: 0, invalid: 0, flaky: [], found: undefined }
  let number = 0
  while (number < most && !spent.aborted && result.found === undefined) {
    const schedules = Array.from({ length: Math.min(jobs, most - number) }, () => scheduleOf(++number)).filter(schedule => schedule !== undefined)
    const tried = await Promise.all(schedules.map(async schedule => ({ schedule, ...await candidates.run(schedule) })))
    for (const { schedule, ...one } of tried) {
      result.tried++
      if (one.invalid) result.invalid++
      tell(`${String(result.tried).padStart(3)}  ${one.broke ? one.checks.join('; ') : one.invalid ? 'says nothing' : 'holds'}: ${describeSchedule(schedule)}`)
    }
    for (const { schedule, ...one } of tried) {
      if (!one.broke || result.found !== undefined) continue
      const found = await pursue(schedule, one, options)
      if ('isSmallest' in found) result.found = found
      else result.flaky.push({ schedule, checks: one.checks })
    }
  }
  return result
}

/** Rules out chance, then makes the schedule small. */
async function pursue(drawn: Schedule, first: Tried, { candidates, isPossible, shortestMs, tell, spent }: SearchOptions): Promise<Found | { broke: number }> {
  let broke = 1
  let last = first
  for (let again = 1; again < repeats; again++) {
    const tried = await candidates.run(drawn)
    if (!tried.broke) continue
    broke++
    last = tried
  }
  tell(`     broke in ${broke} of ${repeats} runs`)
  if (broke * 2 <= repeats) return { broke }

  // What does not break every time is given as many chances as it took.
  const chances = broke === repeats ? 1 : repeats
  let isSmallest = true
  async function breaks(schedule: Schedule): Promise<boolean> {
    for (let chance = 0; chance < chances; chance++) {
      if (spent.aborted) {
        isSmallest = false
        return false
      }
      const tried = await candidates.run(schedule)
      if (!tried.broke) continue
      last = tried
      return true
    }
    return false
  }
  const schedule = await shrink(drawn, {
    breaks, isPossible, shortestMs,
    onSmaller: smaller => tell(`     ${smaller.length} of ${drawn.length} faults, ${totalMs(smaller) / 1_000} s: ${describeSchedule(smaller)}`),
  })
  return { drawn, schedule, checks: last.checks, broke, of: repeats, isSmallest }
}
