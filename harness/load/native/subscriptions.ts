// Which shops the platform sends for: one whose retries were used up has lost its subscription for good, others may be without it while a fault lasts.
import { draw, purposes } from '../../plan/draw.ts'
import type { Plan } from '../../plan/plan.ts'

const SUBSCRIBED = 0
const USED_UP = 1
const BY_FAULT = 2

export class Subscriptions {
  readonly #plan: Plan
  /** By shop. */
  readonly #states: Uint8Array
  /** When a shop's retries were used up, ms of the shared monotonic clock. */
  readonly #usedUpMs = new Map<number, number>()

  constructor(plan: Plan) {
    this.#plan = plan
    this.#states = new Uint8Array(plan.shops.length)
  }

  /** Whether the event's shop is subscribed. */
  has(event: number): boolean {
    return this.#states[this.#plan.shop[event]] === SUBSCRIBED
  }

  isUsedUp(event: number): boolean {
    return this.#states[this.#plan.shop[event]] === USED_UP
  }

  isSuspended(event: number): boolean {
    return this.#states[this.#plan.shop[event]] === BY_FAULT
  }

  /** Whether the event's shop had used up its retries before this instant, ms of the shared monotonic clock. */
  wereUsedUp(event: number, atMs: number): boolean {
    return (this.#usedUpMs.get(this.#plan.shop[event]) ?? Number.POSITIVE_INFINITY) < atMs
  }

  /** The retries of the event's shop are used up. */
  useUp(event: number, atMs: number): void {
    const shop = this.#plan.shop[event]
    this.#states[shop] = USED_UP
    this.#usedUpMs.set(shop, atMs)
  }

  /** Takes out this share of the shops, at least one where it is above 0, and has all others back whose retries are not used up. */
  suspend(share: number): void {
    const { seed, shops } = this.#plan
    const byDraw = Array.from(shops, (_, shop) => shop).toSorted((a, b) => draw(seed, purposes.faultUnsubscribe, a) - draw(seed, purposes.faultUnsubscribe, b))
    const count = share === 0 ? 0 : Math.max(1, Math.round(share * shops.length))
    for (const [index, shop] of byDraw.entries()) if (this.#states[shop] !== USED_UP) this.#states[shop] = index < count ? BY_FAULT : SUBSCRIBED
  }
}
