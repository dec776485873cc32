/** Durations as people write them: `250ms`, `35s`, `1.5m`, `2h`, `3d`. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const pattern = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/

/** Milliseconds of a duration, or undefined where it is not one. */
export function durationMs(text: string): number | undefined {
  const match = pattern.exec(text)
  return match ? Number(match[1]) * unitMs[match[2] as keyof typeof unitMs] : undefined
}

/** Milliseconds of a duration that validation has passed. */
export function mustDurationMs(text: string): number {
  const ms = durationMs(text)
  if (ms === undefined) throw new TypeError(`not a duration: ${text} (say 250ms, 35s, 1.5m, 2h)`)
  return ms
}

/** A part of a duration: half of `75s` is `37500ms`. What is no duration stays what it is, and is told where it is used. */
export function portion(duration: Duration, share: number): Duration {
  const ms = durationMs(duration)
  return ms === undefined ? duration : `${ms * share}ms`
}

/** A point or a length of the flood: a share of it (`40%`) or a duration. */
export type FloodTime = `${number}%` | Duration

/** Milliseconds into a flood of `floodMs`, or undefined where the text is neither a share nor a duration. */
export function floodTimeMs(text: string, floodMs: number): number | undefined {
  const share = /^(\d+(?:\.\d+)?)%$/.exec(text)
  return share ? (Number(share[1]) / 100) * floodMs : durationMs(text)
}
