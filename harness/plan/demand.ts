// What a plan could come to ask of this machine while nothing answers: stated in the run record, refused where it cannot be held.
import { readFileSync } from 'node:fs'
import { FloodmarkError } from '../errors.ts'
import { ticksPerMs } from '../history/history.ts'
import type { RetryPolicy } from '../platform/retry-policy.ts'
import type { Plan } from './plan.ts'

export interface Demand {
  attemptsPerSecond: number
  /** Open at once if the intake hangs instead of refusing: attempts a second times the timeout (Little's law). */
  sockets: number
}

/** Attempts a second that one sending thread beside a busy system has been seen to keep up with, with a wide margin. */
const mostAttemptsPerSecond = 40_000
/** Files that a process holds open besides its sockets: logs, columns, listeners, pipes. */
const otherFiles = 200
/** A webhook through a proxy has a socket on each side of it. */
const filesPerSocket = 2

/**
 * The fullest second under a total outage of `outageMs` at the worst time: first attempts, and those retries whose offset
 * has passed. With a constant rate λ that is λ (1 + offsets within the outage), DOMAIN.md 1.1. The platform's repeats come beside them, once each.
 */
export function worstDemand(plan: Plan, retries: RetryPolicy, timeScale: number, outageMs: number): Demand {
  const planned = countBySecond(plan.dueTicks.subarray(plan.warmUpCount))
  const repeated = countBySecond(plan.repeats?.dueTicks ?? new Uint32Array())
  const offsets = [0]
  let offsetMs = 0
  for (const delayMs of retries.delaysMs) {
    offsetMs += delayMs / timeScale
    if (offsetMs < outageMs) offsets.push(Math.floor(offsetMs / 1_000))
  }
  let attemptsPerSecond = 0
  for (let second = 0; second < planned.length + offsets[offsets.length - 1]; second++) {
    attemptsPerSecond = Math.max(attemptsPerSecond, offsets.reduce((sum, offset) => sum + (planned[second - offset] ?? 0), repeated[second] ?? 0))
  }
  return { attemptsPerSecond, sockets: Math.ceil((attemptsPerSecond * retries.totalTimeoutMs) / 1_000) }
}

/** How many of these instants lie in each second, up to the last one's. */
function countBySecond(ticks: Uint32Array): Uint32Array {
  const secondTicks = 1_000 * ticksPerMs
  const counts = new Uint32Array(Math.floor(ticks.reduce((most, tick) => Math.max(most, tick), 0) / secondTicks) + 1)
  for (const tick of ticks) counts[Math.floor(tick / secondTicks)]++
  return counts
}

/** Throws a usage error, with the arithmetic, where the plan's worst demand is beyond one sender or beyond the files that a process may open. */
export function refuseImpossible(demand: Demand, { maxSockets }: { maxSockets: number }, openFiles: number = openFileLimit()): void {
  if (demand.attemptsPerSecond > mostAttemptsPerSecond) {
    throw new FloodmarkError('usage', `the load could come to ${demand.attemptsPerSecond} attempts a second under its longest fault; one sender keeps up with ${mostAttemptsPerSecond}`, {
      hint: 'Lower the rate, shorten the faults, or lower timeScale so that fewer retries fall into them.',
    })
  }
  const sockets = Math.min(demand.sockets, maxSockets)
  const files = sockets * filesPerSocket + otherFiles
  if (files > openFiles) {
    throw new FloodmarkError('usage', `the platform may hold ${sockets} sockets, which a proxy needs ${sockets} x ${filesPerSocket} + ${otherFiles} = ${files} files for; a process here may open ${openFiles}`, {
      hint: `Raise the limit (ulimit -n ${files}) or lower maxSockets.`,
    })
  }
}

/** Files that this process and its children may open: the soft limit of Linux, unlimited elsewhere. */
function openFileLimit(): number {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))
    return soft ? Number(soft[1]) : Infinity
  } catch {
    return Infinity
  }
}
