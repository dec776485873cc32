/**
 * The idempotency of a real endpoint: a key is remembered for a window and then forgotten, so a delivery that comes back
 * after it has a second effect. Two generations make forgetting cheap: a key is remembered for at least the window and at most twice as long.
 */
export class IdempotencyWindow {
  private young = new Set<string>()
  private old = new Set<string>()
  private turnAtMs = Number.NEGATIVE_INFINITY
  private readonly windowMs: number

  constructor(windowMs: number) {
    this.windowMs = windowMs
  }

  /** True if the key is new, so the delivery has an effect. */
  take(key: string, nowMs: number): boolean {
    if (nowMs >= this.turnAtMs) this.turn(nowMs)
    if (this.young.has(key) || this.old.has(key)) return false
    this.young.add(key)
    return true
  }

  private turn(nowMs: number): void {
    const idleForLong = nowMs >= this.turnAtMs + this.windowMs
    this.old = idleForLong ? new Set() : this.young
    this.young = new Set()
    this.turnAtMs = nowMs + this.windowMs
  }
}
