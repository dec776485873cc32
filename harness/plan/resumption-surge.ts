// An arrival shape: the bus upstream was away, and now everything that queued in it comes at once. So came AWS Kinesis back in us-east-1 on
// 25 November 2020, after some 17 hours (DOMAIN.md 1.5, 2.2).
import { durationMs, type Duration } from '../scenario/duration.ts'
import { duration } from '../scenario/rules.ts'
import { piecewise } from './piecewise.ts'
import { ratePerSecond, shapeOf } from './shape-input.ts'
import type { Shape } from './shape.ts'

interface ResumptionSurge {
  /** Webhooks a second that come into being all the time. */
  base: number
  /** How long none of them comes through. */
  silence: Duration
  /** Webhooks a second that come through afterwards, old and new, until none is held back. */
  drain: number
  over: Duration
}

/**
 * Silence, then what queued meanwhile at the rate of `drain`, then the base. What waits is base x silence and shrinks by drain - base a second, so
 * the surge lasts silence x base / (drain - base), and in all as many webhooks come as without the outage: base x over.
 */
export function resumptionSurge(input: ResumptionSurge): Shape {
  return shapeOf('resumptionSurge', input, {
    fields: { base: ratePerSecond, silence: duration, drain: ratePerSecond, over: duration },
    problems: problemsBetween,
    make({ base, silence, drain, over }, parameters) {
      const silenceMs = durationMs(silence)!
      const drainedAtMs = silenceMs + surgeMs({ base, drain, silenceMs })
      return piecewise('resumptionSurge', [
        { atMs: 0, rate: 0 },
        { atMs: silenceMs, rate: 0 },
        { atMs: silenceMs, rate: drain },
        { atMs: drainedAtMs, rate: drain },
        { atMs: drainedAtMs, rate: base },
        { atMs: durationMs(over)!, rate: base },
      ], parameters)
    },
  })
}

function surgeMs({ base, drain, silenceMs }: { base: number; drain: number; silenceMs: number }): number {
  return (silenceMs * base) / (drain - base)
}

function problemsBetween({ base, silence, drain, over }: ResumptionSurge): string[] {
  if (drain <= base) return [`drain: found ${drain}, must be above base (${base}), or what is held back never comes to an end`]
  const silenceMs = durationMs(silence)!
  const leastMs = silenceMs + surgeMs({ base, drain, silenceMs })
  return leastMs <= durationMs(over)! ? [] : [`over: found "${over}", must be at least ${Math.ceil(leastMs / 1_000)}s: ${silence} of silence, and ${silence} x ${base} / (${drain} - ${base}) to drain`]
}
