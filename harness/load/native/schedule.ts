// What is due next: the plan's events in the order of their instants, and between them the platform's repeats and the retries of those that failed, until a shop's
// subscription is removed.
import { ticksPerMs } from '../../history/history.ts'
import { eventAt, type Plan } from '../../plan/plan.ts'
import type { RetryPolicy } from '../../platform/retry-policy.ts'
import type { Part } from '../engine.ts'
import { SUBSCRIPTIONS_REMOVED, WAITED_FOR_SOCKET, WAITING_FOR_RETRY } from './counters.ts'
import type { EventRecords } from './event-records.ts'
import { RepeatSchedule } from './repeat-schedule.ts'
import { RetrySchedule, retryDelayMs } from './retry-schedule.ts'

export interface ScheduleOptions {
  plan: Plan
  retries: RetryPolicy
  timeScale: number
  counters: Uint32Array
  records: EventRecords
}

/** One part after another. Events that are due and wait for a socket need no queue: they are the range of the plan's places from the next one on. */
export class Schedule {
  readonly #plan: Plan
  readonly #policy: RetryPolicy
  readonly #timeScale: number
  readonly #counters: Uint32Array
  readonly #records: EventRecords
  readonly #retries = new RetrySchedule()
  readonly #repeats: RepeatSchedule
  /** Shops whose subscription was removed: 1. */
  readonly #removed: Uint8Array
  /** Places in the order of sending: of the next event, and of the part's end. */
  #next = 0
  #to = 0
  #startedAtMs = 0
  /** First place whose event was not yet seen to wait for a socket. */
  #waitedTo = 0
  #finished = false

  constructor({ plan, retries, timeScale, counters, records }: ScheduleOptions) {
    this.#plan = plan
    this.#policy = retries
    this.#timeScale = timeScale
    this.#counters = counters
    this.#records = records
    this.#removed = new Uint8Array(plan.shops.length)
    this.#repeats = new RepeatSchedule(plan, event => !this.#finished && this.#removed[plan.shop[event]] === 0)
  }

  begin(part: Part): void {
    const { from, to, startedAtMs } = part
    this.#next = from
    this.#to = to
    this.#waitedTo = from
    this.#startedAtMs = startedAtMs
    this.#repeats.begin(part)
    if (this.#finished) this.finish()
    else this.#skipRemoved()
  }

  /** No event is left to send or to repeat, and none waits for a retry. */
  get isOver(): boolean {
    return this.#next === this.#to && this.#repeats.isOver && this.#retries.size === 0
  }

  /** When the earliest event, repeat or retry is due, ms of the shared monotonic clock; Infinity where the part is over. */
  get nextDueMs(): number {
    return Math.min(this.#nextFirstMs, this.#repeats.nextDueMs, this.#retries.nextDueMs)
  }

  /** When a planned event is due. */
  dueMs(event: number): number {
    return this.#startedAtMs + this.#plan.dueTicks[event] / ticksPerMs
  }

  /** Takes the event that is due first, for its first attempt or a further one. There must be one. */
  take(): number {
    const againMs = Math.min(this.#repeats.nextDueMs, this.#retries.nextDueMs)
    if (this.#nextFirstMs <= againMs) {
      const event = eventAt(this.#plan, this.#next++)
      this.#skipRemoved()
      return event
    }
    if (this.#repeats.nextDueMs === againMs) return this.#repeats.take(this.#records)
    this.#counters[WAITING_FOR_RETRY]--
    return this.#retries.take()
  }

  /** Whether this attempt of the event is the platform's repeat, a webhook of its own. */
  isRepeat(event: number, attempt: number): boolean {
    return this.#repeats.isRepeat(event, attempt)
  }

  /** No socket is free: counts the planned events that are due by now, each once. */
  noteWaiting(nowMs: number): void {
    let place = Math.max(this.#next, this.#waitedTo)
    for (; place < this.#to; place++) {
      const event = eventAt(this.#plan, place)
      if (this.dueMs(event) > nowMs) break
      if (this.#removed[this.#plan.shop[event]] === 0) this.#counters[WAITED_FOR_SOCKET]++
    }
    this.#waitedTo = place
  }

  /** An attempt failed: the next one is due one scaled delay after it ended, unless it was a repeat, the retries are used up or nobody subscribes any more. */
  retry(event: number, attempt: number, endedMs: number): void {
    const shop = this.#plan.shop[event]
    if (this.#finished || this.#removed[shop] === 1 || this.#repeats.isRepeat(event, attempt)) return
    const delayMs = retryDelayMs(this.#policy, this.#timeScale, this.#plan.seed, event, this.#repeats.tryOf(event, attempt))
    if (delayMs !== undefined) {
      this.#retries.add(event, endedMs + delayMs)
      this.#counters[WAITING_FOR_RETRY]++
    } else if (this.#policy.removesSubscription) this.#removeSubscription(shop)
  }

  /** Starts nothing any more: what is left of the part stays unsent, and so does every part after it. */
  finish(): void {
    this.#finished = true
    while (this.#next < this.#to) this.#records.leaveUnsent(eventAt(this.#plan, this.#next++), 'interrupted')
    this.#repeats.skipUnwanted()
    this.#dropRetries(() => false)
  }

  get #nextFirstMs(): number {
    return this.#next < this.#to ? this.dueMs(eventAt(this.#plan, this.#next)) : Number.POSITIVE_INFINITY
  }

  #removeSubscription(shop: number): void {
    this.#removed[shop] = 1
    this.#counters[SUBSCRIPTIONS_REMOVED]++
    this.#dropRetries(event => this.#plan.shop[event] !== shop)
    this.#repeats.skipUnwanted()
    this.#skipRemoved()
  }

  #dropRetries(keeps: (event: number) => boolean): void {
    this.#retries.filter(keeps)
    this.#counters[WAITING_FOR_RETRY] = this.#retries.size
  }

  #skipRemoved(): void {
    for (; this.#next < this.#to; this.#next++) {
      const event = eventAt(this.#plan, this.#next)
      if (this.#removed[this.#plan.shop[event]] === 0) return
      this.#records.leaveUnsent(event, 'unsubscribed')
    }
  }
}
