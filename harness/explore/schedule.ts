// What the search draws: schedules of faults, each from what a system can suffer, within the limits that were declared.
import type { FaultRequest } from '../faults/fault.ts'
import { draw, purposes } from '../plan/draw.ts'

/** One fault of a schedule, with its times as numbers, so that shrinking can work on them. */
export interface Disturbance {
  fault: Pick<FaultRequest, 'kind' | 'target' | 'parameters'>
  atMs: number
  forMs: number
}

export type Schedule = readonly Disturbance[]

export interface Limits {
  mostFaults: number
  /** Of one fault, ms. */
  shortestMs: number
  longestMs: number
  /** Faults begin and end within this part of the flood, ms: before it the flood must be seen to run well, after it to recover. */
  fromMs: number
  untilMs: number
}

/** Draws of one schedule that the environment could not do (faults that cannot overlap) before the search gives that one up. */
const mostDraws = 50

/** The schedule with this number of a seed's: any number of faults up to the limit, each from `pool`. Undefined where none that is possible was drawn. */
export function drawSchedule(seed: number, number: number, pool: readonly Disturbance['fault'][], limits: Limits, problemsOf: (schedule: Schedule) => string[]): Schedule | undefined {
  for (let again = 0; again < mostDraws; again++) {
    let drawn = 0
    const next = (): number => draw(seed, purposes.explore, (number * mostDraws + again) * 64 + drawn++) / 2 ** 32
    const schedule = Array.from({ length: 1 + Math.floor(next() * limits.mostFaults) }, () => drawDisturbance(pool, limits, next)).toSorted((a, b) => a.atMs - b.atMs)
    if (problemsOf(schedule).length === 0) return schedule
  }
  return undefined
}

function drawDisturbance(pool: readonly Disturbance['fault'][], { shortestMs, longestMs, fromMs, untilMs }: Limits, next: () => number): Disturbance {
  const fault = pool[Math.floor(next() * pool.length)]
  const forMs = toTenths(shortestMs + next() * (longestMs - shortestMs))
  return { fault, forMs, atMs: toTenths(fromMs + next() * (untilMs - fromMs - forMs)) }
}

/** Tenths of a second: nobody wants to read, or keep, a fault at 2,317.4 ms. */
export function toTenths(ms: number): number {
  return Math.round(ms / 100) * 100
}

/** The schedule as a scenario asks for it. */
export function requestsOf(schedule: Schedule): FaultRequest[] {
  return schedule.map(({ fault, atMs, forMs }) => ({ ...fault, at: `${atMs / 1_000}s`, for: `${forMs / 1_000}s` }))
}

/** `kill queue at 2.3 s for 1.5 s; slow worker->ledger …`. */
export function describeSchedule(schedule: Schedule): string {
  return schedule.map(({ fault, atMs, forMs }) => `${fault.kind} ${fault.target} at ${atMs / 1_000} s for ${forMs / 1_000} s`).join('; ')
}

/** Time under faults, ms, each counted: what shrinking makes smaller. */
export function totalMs(schedule: Schedule): number {
  return schedule.reduce((sum, { forMs }) => sum + forMs, 0)
}
