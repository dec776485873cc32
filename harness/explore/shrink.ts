// Makes a schedule that breaks an invariant small: the fewest faults, then the shortest, that still break it.
import { toTenths, type Disturbance, type Schedule } from './schedule.ts'

export interface ShrinkOptions {
  /** Whether a smaller schedule still breaks the invariant: a run, or several. */
  breaks: (schedule: Schedule) => Promise<boolean>
  /** Whether it can be done at all: a fault may be too short to be seen. */
  isPossible: (schedule: Schedule) => boolean
  /** No fault is made shorter than this, ms. */
  shortestMs: number
  /** Told of each smaller schedule that still breaks. */
  onSmaller: (schedule: Schedule) => void
}

/**
 * Delta debugging over the faults (Zeller and Hildebrandt, Simplifying and isolating failure-inducing input, 2002): halves first, then finer parts and
 * their complements, until no single fault can be left out. Then each fault's length is halved as long as that still breaks. Which schedule comes out
 * depends only on the answers of `breaks`, and it has been seen to break.
 */
export async function shrink(schedule: Schedule, options: ShrinkOptions): Promise<Schedule> {
  return await shorten(await leaveOut(schedule, options), options)
}

async function leaveOut(schedule: Schedule, { breaks, isPossible, onSmaller }: ShrinkOptions): Promise<Schedule> {
  let current = schedule
  let parts = 2
  while (current.length >= 2) {
    const chunks = split(current, parts)
    const subsets = parts === 2 ? chunks : [...chunks, ...chunks.map((_, left) => chunks.flatMap((chunk, index) => (index === left ? [] : chunk)))]
    const smaller = await firstThat(subsets, async subset => isPossible(subset) && await breaks(subset))
    if (smaller !== undefined) {
      current = smaller
      onSmaller(current)
      parts = Math.max(2, Math.min(current.length, chunks.includes(smaller) ? 2 : parts - 1))
    } else if (parts < current.length) parts = Math.min(current.length, 2 * parts)
    else break
  }
  return current
}

async function shorten(schedule: Schedule, { breaks, isPossible, shortestMs, onSmaller }: ShrinkOptions): Promise<Schedule> {
  let current = schedule
  for (const index of schedule.keys()) {
    for (let forMs = toTenths(current[index].forMs / 2); forMs >= shortestMs; forMs = toTenths(forMs / 2)) {
      const candidate = current.with(index, { ...current[index], forMs } satisfies Disturbance)
      if (!isPossible(candidate) || !await breaks(candidate)) break
      current = candidate
      onSmaller(current)
    }
  }
  return current
}

/** As equal parts as can be, none of them empty. */
function split<T>(list: readonly T[], parts: number): T[][] {
  return Array.from({ length: parts }, (_, part) => list.slice(Math.floor((part * list.length) / parts), Math.floor(((part + 1) * list.length) / parts))).filter(part => part.length > 0)
}

async function firstThat<T>(list: readonly T[], test: (one: T) => Promise<boolean>): Promise<T | undefined> {
  for (const one of list) if (await test(one)) return one
  return undefined
}
