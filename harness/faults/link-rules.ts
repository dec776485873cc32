// Validation: what the parameters of faults on links may be.
import type { z } from 'zod'
import { durationMs, type Duration } from '../scenario/duration.ts'
import { isWhole, rule } from '../scenario/rules.ts'

/** Bytes a second through one connection, in thousands: `64KB/s`. */
export type Rate = `${number}KB/s` | `${number}MB/s`

const ratePattern = /^(\d+(?:\.\d+)?)(KB|MB)\/s$/

/** Bytes a millisecond, which is thousands of bytes a second; undefined where the text is no rate. */
export function rateOf(text: string): number | undefined {
  const match = ratePattern.exec(text)
  return match ? Number(match[1]) * (match[2] === 'MB' ? 1_000 : 1) : undefined
}

export function durationBetween(least: Duration, most: Duration): z.ZodType {
  return rule(`a duration from ${least} to ${most}`, value => typeof value === 'string' && (durationMs(value) ?? -1) >= durationMs(least)! && durationMs(value)! <= durationMs(most)!)
}

/** Toxiproxy counts in whole thousands of bytes a second. */
export function rateBetween(least: Rate, most: Rate): z.ZodType {
  return rule(`a rate from ${least} to ${most} in whole KB/s`, value => typeof value === 'string' && isWhole(rateOf(value), rateOf(least)!, rateOf(most)!))
}
