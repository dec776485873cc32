// How faults on links are seen: a handful of new connections through the link, each of which met the fault or did not.
import type { Watch } from './fault.ts'

/** Enough that one that was lucky does not pass for all. */
const together = 3
/** Where a share is hit: batches of this many, this often at most a look. */
const batch = 8
const batches = 8

/** What one new connection met. */
export interface Trial {
  hit: boolean
  text: string
}

export interface Trials {
  /** What the probe saw before the fault. */
  before: string
  one: () => Promise<Trial>
  /** Share of the connections that the fault is for. Left out: all of them. */
  share?: number
}

/**
 * A watch that makes trials. A fault for all connections is seen when all trials are hit, twice in a row, since a stall of this process hits
 * all that are under way; one for a share of them when of those made at once some are hit and some are not.
 */
export function watchTrials({ before, one, share = 1 }: Trials): Watch {
  let inRow = 0
  let made = 0
  let hits = 0
  const make = async (count: number): Promise<Trial[]> => {
    const trials = await Promise.all(Array.from({ length: count }, one))
    made += count
    hits += trials.filter(trial => trial.hit).length
    return trials
  }
  return {
    before,
    async look() {
      for (let turn = 0; share < 1 && turn < batches; turn += 1) {
        const trials = await make(batch)
        const hit = trials.find(trial => trial.hit)
        if (hit && trials.some(trial => !trial.hit)) return { by: 'probe', evidence: `${hit.text}; ${hits} of ${made} new connections` }
      }
      if (share < 1) return undefined
      const trials = await make(together)
      inRow = trials.every(trial => trial.hit) ? inRow + 1 : 0
      return inRow < 2 ? undefined : { by: 'probe', evidence: `${trials[0].text}; all ${together} new connections, twice in a row` }
    },
    close: () => {},
  }
}

export interface Times {
  /** What is timed, for the record: `round trip`. */
  what: string
  measureMs: () => Promise<number>
  /** What it must have grown by to be the fault's work. */
  growthMs: number
  share?: number | undefined
}

/** Trials that are hit where something takes longer than it took before. */
export async function watchTimes({ what, measureMs, growthMs, share }: Times): Promise<Watch> {
  let earlierMs = Number.POSITIVE_INFINITY
  for (let sample = 0; sample < together; sample += 1) earlierMs = Math.min(earlierMs, await measureMs())
  const before = `${what} ${earlierMs.toFixed(1)} ms`
  return watchTrials({
    before,
    ...(share === undefined ? {} : { share }),
    async one() {
      const nowMs = await measureMs()
      return { hit: nowMs >= earlierMs + growthMs, text: `${what} ${nowMs.toFixed(1)} ms, ${earlierMs.toFixed(1)} ms before` }
    },
  })
}
