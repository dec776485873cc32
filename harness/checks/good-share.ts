// What a good second is, to whoever looks at seconds: before the first fault, and after each.

/** Of what a second's attempts or events are, this much must have gone well. */
const goodShare = 0.99

export function isGoodShare(count: number, of: number): boolean {
  return count >= goodShare * of
}
