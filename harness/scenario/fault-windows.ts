// When a fault is in force: what a scenario says in shares and durations, as windows in ms since the flood began, or what is wrong with it.
import type { FaultRequest } from '../faults/fault.ts'
import { floodTimeMs, type FloodTime } from './duration.ts'
import { show } from './rules.ts'

/** Each time is recorded with its evidence. */
const mostTimes = 200
/** Shares are floating point: 40 % and 60 % must still end with the flood. */
const roundingMs = 1e-6

export interface FaultWindow {
  atMs: number
  forMs: number
}

/**
 * The windows of a fault, in order; undefined where a problem was told, or where the length of the flood is not known (`floodMs` undefined): then
 * shares are still weighed against each other, in per cent of it.
 */
export function resolveWindows(path: string, request: FaultRequest, floodMs: number | undefined, problems: string[]): FaultWindow[] | undefined {
  const lengthMs = floodMs ?? 100
  const inWords = floodMs === undefined ? (share: number) => `${share}%` : seconds
  const ofNoLength = (['for', 'every'] as const).filter(key => request[key] !== undefined && floodTimeMs(request[key], lengthMs) === 0)
  problems.push(...ofNoLength.map(key => `${path}.${key}: found ${show(request[key])}, must be longer than zero`))
  const times = [request.at, request.for, request.until, request.every].filter(time => time !== undefined)
  if (ofNoLength.length > 0 || (floodMs === undefined && !times.every(time => time.endsWith('%')))) return undefined
  const found = windowsOf(request, lengthMs, inWords)
  if ('problem' in found) problems.push(`${path}${found.problem}`)
  return 'problem' in found || floodMs === undefined ? undefined : found.windows
}

function windowsOf(request: FaultRequest, lengthMs: number, inWords: (ms: number) => string): { windows: FaultWindow[] } | { problem: string } {
  const msOf = (time: FloodTime): number => floodTimeMs(time, lengthMs)!
  const atMs = msOf(request.at)
  const endMs = request.until === undefined ? atMs + msOf(request.for!) : msOf(request.until)
  const forMs = endMs - atMs
  if (forMs <= 0) return { problem: `.until: found ${show(request.until)}, must be later than ${show(request.at)}` }
  if (request.every === undefined) return endMs > lengthMs + roundingMs ? { problem: outside(endMs) } : { windows: [{ atMs, forMs }] }

  const everyMs = msOf(request.every)
  if (everyMs <= forMs) return { problem: `.every: found ${show(request.every)}, must be longer than the fault itself, ${inWords(forMs)}` }
  const times = request.times ?? Math.max(1, 1 + Math.floor((lengthMs + roundingMs - endMs) / everyMs))
  if (times > mostTimes) return { problem: `.every: comes to ${times} times, must be at most ${mostTimes}` }
  const lastEndMs = endMs + (times - 1) * everyMs
  if (lastEndMs > lengthMs + roundingMs) return { problem: outside(lastEndMs) }
  return { windows: Array.from({ length: times }, (_, turn) => ({ atMs: atMs + turn * everyMs, forMs })) }

  function outside(lastMs: number): string {
    return `: outside the flood: begins at ${inWords(atMs)} and ends at ${inWords(lastMs)}, the flood ends at ${inWords(lengthMs)}`
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`
}
