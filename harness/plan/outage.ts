// What a plan comes to when nothing is accepted while the scenario's faults last: the retry waves, at the place where they would fall.
import type { RetryPolicy } from '../platform/retry-policy.ts'
import { countFirstAttempts, countRepeats } from './per-second.ts'
import type { Plan } from './plan.ts'

/** A stretch of the flood, ms since its start. */
export interface Window {
  fromMs: number
  toMs: number
}

/** Attempts are moved on in slots of this length: a hundredth of a second is less than the first retry of any policy that runs in real time. */
const slotMs = 10
const slotsPerSecond = 1_000 / slotMs
/** What comes later than as many lengths of the flood is not shown: single waves, long after it, of retries that may be days late. */
const mostLengths = 2

/**
 * Attempts in each second of the flood and after it, where each attempt that begins in a window fails at once and is followed by its retry, without
 * jitter, and each other one is acked; up to twice the length of the flood. Subscriptions are never removed, so that this is the most that comes, not the least.
 */
export function attemptsUnderOutages(plan: Plan, { delaysMs }: RetryPolicy, timeScale: number, windows: readonly Window[]): Uint32Array {
  const delays = delaysMs.map(delayMs => Math.round(delayMs / timeScale / slotMs))
  const isOut = markOutages(windows)
  const planned = countFirstAttempts(plan, slotMs)
  const repeats = countRepeats(plan, slotMs)
  const slots = Math.max(planned.length, repeats.length, isOut.length)
  const attempts = new Uint32Array(Math.max(slots, Math.min(slots * mostLengths, isOut.length + Math.max(0, ...delays))))
  attempts.set(planned)
  let failing = attempts.slice(0, isOut.length)
  for (const delay of delays) {
    const next = new Uint32Array(isOut.length)
    for (let slot = 0; slot < isOut.length; slot++) {
      if (isOut[slot] === 0) continue
      if (slot + delay < attempts.length) attempts[slot + delay] += failing[slot]
      if (slot + delay < isOut.length) next[slot + delay] += failing[slot]
    }
    failing = next
  }
  // A repeat is owed to nobody: it is sent once, whatever becomes of it.
  for (let slot = 0; slot < repeats.length; slot++) attempts[slot] += repeats[slot]
  return sumBySecond(attempts)
}

/** One for each slot in a window, up to the end of the last. */
function markOutages(windows: readonly Window[]): Uint8Array {
  const outages = windows.map(({ fromMs, toMs }) => ({ from: Math.round(fromMs / slotMs), to: Math.round(toMs / slotMs) }))
  const marks = new Uint8Array(Math.max(0, ...outages.map(({ to }) => to)))
  for (const { from, to } of outages) marks.fill(1, from, to)
  return marks
}

/** Up to the last second in which there is any. */
function sumBySecond(slots: Uint32Array): Uint32Array {
  const seconds = new Uint32Array(Math.ceil(slots.length / slotsPerSecond))
  for (let slot = 0; slot < slots.length; slot++) seconds[Math.floor(slot / slotsPerSecond)] += slots[slot]
  return seconds.subarray(0, seconds.findLastIndex(count => count > 0) + 1)
}
