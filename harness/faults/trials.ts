// How faults on links are seen: a handful of new connections through the link, each of which met the fault or did not.
import { monotonicMs } from '../clock.ts'
import type { Watch } from './fault.ts'

/** Enough that one that was lucky does not pass for all. */
const together = 3
/** What is compared with is the fastest of as many, one after the other: on a busy machine most are slower than they need be. */
const samples = 5
/** Where a share is hit: batches of this many, this often at most a look. */
const batch = 8
const batches = 8
/** Shares of what a fault adds: from here on it is that, below it is nothing. */
const seenShare = 0.6
const sparedShare = 0.2
/** Timers that are later than this were kept waiting. */
const tickMs = 20
/** For installing, and for a machine that is busy. */
const slackMs = 500

/** What one new connection met; `hit` is undefined where it cannot be told. */
export interface Trial {
  hit: boolean | undefined
  text: string
}

export interface Trials {
  /** What the probe saw before the fault. */
  before: string
  one: () => Promise<Trial>
  /** Share of the connections that the fault is for. Left out: all of them. */
  share?: number | undefined
}

/** A watch that makes trials, as many as a fault for all connections, or for a share of them, takes to be seen. */
export function watchTrials({ before, one, share }: Trials): Watch {
  return { before, look: share === undefined ? lookForAll(one) : lookForShare(one), close: () => {} }
}

/** All of a few are hit, twice in a row, since a stall of this process hits all that are under way. */
function lookForAll(one: Trials['one']): Watch['look'] {
  let inRow = 0
  return async () => {
    const trials = await make(one, together)
    inRow = trials.every(({ hit }) => hit) ? inRow + 1 : 0
    return inRow < 2 ? undefined : { by: 'probe', evidence: `${trials[0].text}; all ${together} new connections, twice in a row` }
  }
}

/** Of those made at once some are hit and the others clearly not, twice. */
function lookForShare(one: Trials['one']): Watch['look'] {
  let divided: Trial[] = []
  return async () => {
    for (let turn = 0; turn < batches && divided.length < 2 * batch; turn += 1) {
      const trials = await make(one, batch)
      const hits = new Set(trials.map(({ hit }) => hit))
      if (hits.has(true) && hits.has(false) && !hits.has(undefined)) divided = [...divided, ...trials]
    }
    const hit = divided.filter(trial => trial.hit)
    return divided.length < 2 * batch ? undefined : { by: 'probe', evidence: `${hit[0].text}; ${hit.length} of ${divided.length} new connections` }
  }
}

async function make(one: Trials['one'], count: number): Promise<Trial[]> {
  return await Promise.all(Array.from({ length: count }, one))
}

export interface Times {
  /** What is timed, for the record: `round trip`. */
  what: string
  measureMs: () => Promise<number>
  /** What the fault adds to it at least. */
  addedMs: number
  share?: number | undefined
}

/** The window that two looks need, where a trial takes this long: more of them where few batches of a share have both, hit and spared. */
export function twoLooksMs(trialMs: number, share?: number): number {
  const divides = share === undefined ? 1 : 1 - share ** batch - (1 - share) ** batch
  return Math.ceil((2 * trialMs) / divides) + slackMs
}

/** Trials that are hit where something takes longer than it took before. */
export async function watchTimes({ what, measureMs, addedMs, share }: Times): Promise<Watch> {
  let earlierMs = Number.POSITIVE_INFINITY
  for (let sample = 0; sample < samples; sample += 1) earlierMs = Math.min(earlierMs, await measureMs())
  const before = `${what} ${earlierMs.toFixed(1)} ms`
  return watchTrials({
    before,
    share,
    async one() {
      const { result: nowMs, stalled } = await meterStalls(measureMs)
      const grewByMs = nowMs - earlierMs
      // What a stall of the machine holds up is no fault's work; and it is spread out, where what a fault holds up stands apart from what it spares.
      return { hit: grewByMs - nowMs * stalled >= addedMs * seenShare ? true : grewByMs < addedMs * sparedShare ? false : undefined, text: `${what} ${nowMs.toFixed(1)} ms, ${earlierMs.toFixed(1)} ms before` }
    },
  })
}

/** The share of the time that this process stood still, by timers of its own that came late: the same machine had little left for whoever was to answer. */
async function meterStalls<T>(work: () => Promise<T>): Promise<{ result: T; stalled: number }> {
  let stalledMs = 0
  const beganMs = monotonicMs()
  let lastMs = beganMs
  const timer = setInterval(tick, tickMs)
  try {
    const result = await work()
    tick()
    return { result, stalled: stalledMs / Math.max(1, lastMs - beganMs) }
  } finally {
    clearInterval(timer)
  }

  function tick(): void {
    const nowMs = monotonicMs()
    const lateMs = nowMs - lastMs - tickMs
    if (lateMs > tickMs) stalledMs += lateMs
    lastMs = nowMs
  }
}
