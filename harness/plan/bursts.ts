// An arrival shape: flash bursts over a steady load, as scale tests inject them (DOMAIN.md 2.2, graded P).
import { durationMs, type Duration } from '../scenario/duration.ts'
import { duration } from '../scenario/rules.ts'
import { piecewise, type RatePoint } from './piecewise.ts'
import { ratePerSecond, shapeOf } from './shape-input.ts'
import type { Shape } from './shape.ts'

const mostBursts = 10_000

interface Bursts {
  base: number
  peak: number
  /** From the start of one burst to the start of the next. */
  every: Duration
  /** Length of each burst. */
  lasting: Duration
  over: Duration
}

/** A steady base, and in the middle of each `every` a burst: at once up to `peak`, and at once back. What is left of `over` after the last whole `every` is at the base. */
export function bursts(input: Bursts): Shape {
  return shapeOf('bursts', input, {
    fields: { base: ratePerSecond, peak: ratePerSecond, every: duration, lasting: duration, over: duration },
    problems: problemsBetween,
    make({ base, peak, every, lasting, over }, parameters) {
      const [everyMs, lastingMs, overMs] = [every, lasting, over].map(length => durationMs(length)!)
      const points: RatePoint[] = [{ atMs: 0, rate: base }]
      for (let burst = 0; burst < countBursts(everyMs, overMs); burst++) {
        const fromMs = burst * everyMs + (everyMs - lastingMs) / 2
        const toMs = fromMs + lastingMs
        points.push({ atMs: fromMs, rate: base }, { atMs: fromMs, rate: peak }, { atMs: toMs, rate: peak }, { atMs: toMs, rate: base })
      }
      return piecewise('bursts', [...points, { atMs: overMs, rate: base }], parameters)
    },
  })
}

function problemsBetween({ every, lasting, over }: Bursts): string[] {
  const [everyMs, lastingMs, overMs] = [every, lasting, over].map(length => durationMs(length)!)
  const count = countBursts(everyMs, overMs)
  return [
    ...(lastingMs < everyMs ? [] : [`lasting: found "${lasting}", must be shorter than every (${every})`]),
    ...(count >= 1 ? [] : [`every: found "${every}", must be at most over (${over}), so that there is a burst`]),
    ...(count <= mostBursts ? [] : [`every: found "${every}", which makes ${count} bursts in ${over}, must make at most ${mostBursts}`]),
  ]
}

/** Whole periods; the millionth takes up the error of binary fractions. */
function countBursts(everyMs: number, overMs: number): number {
  return Math.floor(overMs / everyMs + 1e-6)
}
