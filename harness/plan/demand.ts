// What a plan could come to ask of this machine while nothing answers: stated in the run record, refused where it cannot be held.
import { readFileSync } from 'node:fs'
import type { RetryPolicy } from '../platform/retry-policy.ts'
import type { Impossible } from './impossible.ts'
import { countFirstAttempts, countRepeats } from './per-second.ts'
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
  const planned = countFirstAttempts(plan)
  const repeated = countRepeats(plan)
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
  return demandOf(attemptsPerSecond, retries)
}

/** So many attempts a second, and the sockets that they hold where none is answered. */
export function demandOf(attemptsPerSecond: number, { totalTimeoutMs }: Pick<RetryPolicy, 'totalTimeoutMs'>): Demand {
  return { attemptsPerSecond, sockets: Math.ceil((attemptsPerSecond * totalTimeoutMs) / 1_000) }
}

/** What of the plan's worst demand is beyond its busiest sender thread, which has this share of the events, or beyond the files that a process may open. */
export function demandProblems(demand: Demand, { maxSockets, busiestShare = 1 }: { maxSockets: number; busiestShare?: number }, openFiles: number = openFileLimit()): Impossible[] {
  const problems: Impossible[] = []
  if (demand.attemptsPerSecond * busiestShare > mostAttemptsPerSecond) {
    const share = busiestShare < 1 ? `, and the busiest of them has ${(busiestShare * 100).toFixed(0)} % of it` : ''
    problems.push({
      problem: `load: could come to ${demand.attemptsPerSecond} attempts a second under its faults, retries included; one sender keeps up with ${mostAttemptsPerSecond}${share}`,
      hint: 'raise senders if there are cores to spare, lower the rate, shorten the faults, or lower timeScale so that fewer retries fall into them',
    })
  }
  const sockets = Math.min(demand.sockets, maxSockets)
  const files = sockets * filesPerSocket + otherFiles
  if (files > openFiles) {
    problems.push({
      problem: `load.maxSockets: the platform may hold ${sockets} sockets, which a proxy needs ${sockets} x ${filesPerSocket} + ${otherFiles} = ${files} files for; a process here may open ${openFiles}`,
      hint: `raise the limit (ulimit -n ${files}) or lower maxSockets`,
    })
  }
  return problems
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
