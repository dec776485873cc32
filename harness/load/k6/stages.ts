// The flood's arrival shape as k6's ramping-arrival-rate executor draws it: straight lines, one after the other.
import type { Shape } from '../../plan/shape.ts'

/** Rates are whole numbers of events in this time, so that they are exact to a millionth of an event a second. */
const unitSeconds = 1_000_000

/**
 * k6 starts its first iteration where the integral of the rate reaches 1, the plan its first event at ½: this much of a bump before the flood puts them
 * in step, and one after it keeps rounding from costing the last event.
 */
const bump = { ms: 1, rate: 500 } as const

/** At the end of its stages k6 forgets what it has not come to, and counts it nowhere. It waits for none of this where nothing is left. */
const overtimeSeconds = 30

/** A straight line of the rate, events a second, between two instants of the shape. */
export interface Line {
  fromMs: number
  toMs: number
  fromRate: number
  toRate: number
}

export interface Stages {
  startRate: number
  timeUnit: string
  stages: { target: number; duration: string }[]
}

/** How far a line may lie off the shape's integral, in events: a little, and what comes in half a millisecond. */
const tolerance = { events: 0.05, ms: 0.5 } as const
/** Where a shape jumps, lines get this short before the jump counts as drawn. */
const shortestMs = 0.05
const maxStages = 20_000

/** The executor's options, over what k6 makes of a step: a stage without length. The flood begins a bump's length after k6 does. */
export function stagesOf(shape: Shape): Stages {
  const stages: Stages['stages'] = []
  const startRate = inUnits(bump.rate)
  let rate = startRate
  for (const line of [bumpLine, ...linesOf(shape), bumpLine]) {
    if (inUnits(line.fromRate) !== rate) stages.push({ target: inUnits(line.fromRate), duration: '0s' })
    rate = inUnits(line.toRate)
    stages.push({ target: rate, duration: `${Number((line.toMs - line.fromMs).toFixed(6))}ms` })
  }
  stages.push({ target: 0, duration: '0s' }, { target: 0, duration: `${overtimeSeconds}s` })
  return { startRate, timeUnit: `${unitSeconds}s`, stages }
}

const bumpLine: Line = { fromMs: 0, toMs: bump.ms, fromRate: bump.rate, toRate: bump.rate }

/** Whether k6 could take the stages of a shape: each is set up before the first iteration. */
export function stageProblems(shape: Shape): string[] {
  const count = linesOf(shape).length
  return count > maxStages ? [`load.shape: ${shape.kind} comes to ${count} straight lines, must be at most ${maxStages} for k6`] : []
}

/** Straight lines with the shape's own integral at each end of each, so that no error adds up: as few as its curves and steps allow. */
export function linesOf(shape: Shape): Line[] {
  const lines: Line[] = []
  for (const line of cut(shape, 0, shape.durationMs)) {
    const last = lines.at(-1)
    const both = last && lineBetween(shape, last.fromMs, line.toMs)
    if (both && follows(shape, both)) lines[lines.length - 1] = both
    else lines.push(line)
  }
  return lines
}

/** Halves what one line cannot follow. */
function cut(shape: Shape, fromMs: number, toMs: number): Line[] {
  const line = lineBetween(shape, fromMs, toMs)
  if (follows(shape, line)) return [line]
  const rate = eventsIn(shape, fromMs, toMs) / ((toMs - fromMs) / 1_000)
  if (toMs - fromMs <= shortestMs) return [{ fromMs, toMs, fromRate: rate, toRate: rate }]
  const middleMs = (fromMs + toMs) / 2
  return [...cut(shape, fromMs, middleMs), ...cut(shape, middleMs, toMs)]
}

/** Begins at the shape's rate and ends where the area under it is right. */
function lineBetween(shape: Shape, fromMs: number, toMs: number): Line {
  const fromRate = shape.rateAt(fromMs)
  return { fromMs, toMs, fromRate, toRate: (2 * eventsIn(shape, fromMs, toMs)) / ((toMs - fromMs) / 1_000) - fromRate }
}

function follows(shape: Shape, { fromMs, toMs, fromRate, toRate }: Line): boolean {
  const seconds = (toMs - fromMs) / 1_000
  // Below zero by a rounding error is zero.
  if (toRate < -1e-6) return false
  const allowed = tolerance.events + (Math.max(fromRate, toRate) * tolerance.ms) / 1_000
  return probes.every(share => {
    const drawn = seconds * share * (fromRate + ((toRate - fromRate) * share) / 2)
    return Math.abs(drawn - eventsIn(shape, fromMs, fromMs + (toMs - fromMs) * share)) <= allowed
  })
}

/** Where along a line it is held against the shape; no divisors of each other, so that a shape that repeats does not hide between them. */
const probes = [0.09, 0.23, 0.37, 0.5, 0.63, 0.79, 0.93] as const

function eventsIn(shape: Shape, fromMs: number, toMs: number): number {
  return shape.cumulativeAt(toMs) - shape.cumulativeAt(fromMs)
}

function inUnits(rate: number): number {
  return Math.max(0, Math.round(rate * unitSeconds))
}
