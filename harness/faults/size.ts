// Sizes of memory and disks in the parameters of faults.
import type { z } from 'zod'
import { rule } from '../scenario/rules.ts'

/** Bytes in thousands of thousands: `64MB`, `1.5GB`. */
export type Size = `${number}MB` | `${number}GB`

const sizePattern = /^(\d+(?:\.\d+)?)(MB|GB)$/

/** Whole bytes; undefined where the text is no size. */
export function bytesOf(text: string): number | undefined {
  const match = sizePattern.exec(text)
  return match ? Math.round(Number(match[1]) * (match[2] === 'GB' ? 1e9 : 1e6)) : undefined
}

export function sizeBetween(least: Size, most: Size): z.ZodType {
  return rule(`a size from ${least} to ${most}`, value => typeof value === 'string' && (bytesOf(value) ?? -1) >= bytesOf(least)! && bytesOf(value)! <= bytesOf(most)!)
}
