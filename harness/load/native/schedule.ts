// What is due next: the plan's events in the order of their instants, and between them the platform's repeats and the retries of those that failed, until a shop's
// subscription is removed.
import { ticksPerMs } from '../../history/history.ts'
import { drawAmong, purposes } from '../../plan/draw.ts'
import { eventAt, placeOf, type Plan } from '../../plan/plan.ts'
import type { RetryPolicy } from '../../platform/retry-policy.ts'
import type { Part, PlatformFault, PlatformFaults } from '../engine.ts'
import { SUBSCRIPTIONS_REMOVED, WAITED_FOR_SOCKET, WAITING_FOR_RETRY } from './counters.ts'
import type { Disturbances } from './disturbances.ts'
import type { EventRecords, UnsentReason } from './event-records.ts'
import { MovedWebhooks } from './moved-webhooks.ts'
import { RepeatSchedule } from './repeat-schedule.ts'
import { RetrySchedule, retryDelayMs } from './retry-schedule.ts'
import { Subscriptions } from './subscriptions.ts'

export interface ScheduleOptions {
  plan: Plan
  retries: RetryPolicy
  timeScale: number
  counters: Uint32Array
  records: EventRecords
  disturbances: Disturbances
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
  readonly #disturbances: Disturbances
  readonly #moved: MovedWebhooks
  readonly #subscriptions: Subscriptions
  /** Places in the order of sending: of the next event, and of the part's end. */
  #next = 0
  #to = 0
  #startedAtMs = 0
  /** First place whose event was not yet seen to wait for a socket. */
  #waitedTo = 0
  /** First place whose event was not yet seen to fall due in a silence. */
  #silencedTo = 0
  #finished = false
  /** First attempts are another engine's to make; only retries fall due here. */
  #elsewhere = false

  constructor({ plan, retries, timeScale, counters, records, disturbances }: ScheduleOptions) {
    this.#plan = plan
    this.#policy = retries
    this.#timeScale = timeScale
    this.#counters = counters
    this.#records = records
    this.#disturbances = disturbances
    this.#moved = new MovedWebhooks({ seed: plan.seed, records, disturbances })
    this.#subscriptions = new Subscriptions(plan)
    this.#repeats = new RepeatSchedule(plan, event => !this.#finished && this.#subscriptions.has(event) && !records.isUnsent(event))
  }

  /** With `elsewhere` another engine makes the first attempts, until `beginRest` says which are left. */
  begin(part: Part, elsewhere = false): void {
    this.#to = placeOf(this.#plan, part.to)
    this.#startedAtMs = part.startedAtMs
    this.#repeats.begin(part)
    this.beginRest(elsewhere ? part.to : part.from)
    this.#elsewhere = elsewhere
  }

  /** First attempts are due from this event on. */
  beginRest(from: number): void {
    this.#elsewhere = false
    this.#next = placeOf(this.#plan, from)
    this.#waitedTo = this.#next
    if (this.#finished) this.finish()
    else this.#skipRemoved()
  }

  /** Whether the platform had given up the event's shop by then, so that it would not have sent it. */
  wasRemoved(event: number, atMs: number): boolean {
    return this.#subscriptions.wereUsedUp(event, atMs)
  }

  /** No event is left to send or to repeat, none is held back, and none waits for a retry. */
  get isOver(): boolean {
    return !this.#elsewhere && this.#next === this.#to && this.#repeats.isOver && this.#retries.size === 0 && this.#moved.isEmpty
  }

  /** When the earliest event, repeat or retry is due, ms of the shared monotonic clock; Infinity where the part is over. In a silence: when one more falls due that is not sent. */
  get nextDueMs(): number {
    if (this.#disturbances.any && this.#disturbances.of('silence') !== undefined) return this.#dueMsAt(this.#silencedTo)
    return Math.min(this.#nextFirstMs, this.#repeats.nextDueMs, this.#retries.nextDueMs, this.#moved.nextDueMs)
  }

  /** When a planned event is due. */
  dueMs(event: number): number {
    return this.#startedAtMs + this.#plan.dueTicks[event] / ticksPerMs
  }

  /** Takes the event that is due first, for its first attempt or a further one. There must be one. */
  take(): number {
    const againMs = Math.min(this.#repeats.nextDueMs, this.#retries.nextDueMs, this.#moved.nextDueMs)
    if (this.#nextFirstMs <= againMs) {
      const event = eventAt(this.#plan, this.#next++)
      this.#skipRemoved()
      return event
    }
    if (this.#moved.nextDueMs === againMs) return this.#moved.take()
    if (this.#repeats.nextDueMs === againMs) return this.#repeats.take(this.#records)
    this.#counters[WAITING_FOR_RETRY]--
    return this.#retries.take()
  }

  /** Whether this attempt of the event is the platform's repeat, a webhook of its own. */
  isRepeat(event: number, attempt: number): boolean {
    return this.#repeats.isRepeat(event, attempt) || this.#moved.isCopy(event, attempt)
  }

  /** A fault of the platform begins, or ends where it is given no parameters. */
  disturb<F extends PlatformFault>(fault: F, parameters: PlatformFaults[F] | undefined, nowMs: number): void {
    if (fault === 'silence' && parameters === undefined) this.#catchUp(nowMs)
    if (fault === 'silence' && parameters !== undefined) this.#silencedTo = this.#next
    this.#disturbances.set(fault, parameters)
    if (fault === 'unsubscribe') this.#suspend(this.#disturbances.of('unsubscribe')?.share ?? 0)
  }

  /** Keeps from being sent what is due by now and meets a fault. To be called before anything is taken while there is one. */
  withhold(nowMs: number): void {
    if (this.#disturbances.of('silence') !== undefined) {
      for (; this.#dueMsAt(this.#silencedTo) <= nowMs; this.#silencedTo++) this.#disturbances.meet('silence')
      return
    }
    while (this.#nextFirstMs <= nowMs && this.#isWithheld(eventAt(this.#plan, this.#next))) this.#next++
    this.#skipRemoved()
  }

  /** An attempt was acked: a fault may have it sent once more. */
  copy(event: number, attempt: number, endedMs: number): void {
    if (!this.isRepeat(event, attempt)) this.#moved.duplicate(event, endedMs)
  }

  /** No socket is free: counts the planned events that are due by now, each once. */
  noteWaiting(nowMs: number): void {
    let place = Math.max(this.#next, this.#waitedTo)
    for (; place < this.#to; place++) {
      const event = eventAt(this.#plan, place)
      if (this.dueMs(event) > nowMs) break
      if (this.#subscriptions.has(event)) this.#counters[WAITED_FOR_SOCKET]++
    }
    this.#waitedTo = place
  }

  /** An attempt failed: the next one is due one scaled delay after it ended, unless it was a repeat, the retries are used up or nobody subscribes any more. */
  retry(event: number, attempt: number, endedMs: number): void {
    if (this.#finished || this.#subscriptions.isUsedUp(event) || this.isRepeat(event, attempt)) return
    if (this.#subscriptions.isSuspended(event)) return this.#disturbances.meet('unsubscribe')
    const delayMs = retryDelayMs(this.#policy, this.#timeScale, this.#plan.seed, event, this.#repeats.tryOf(event, attempt))
    if (delayMs !== undefined) {
      if (this.#dropsRetry(event, attempt)) return
      this.#retries.add(event, endedMs + delayMs)
      this.#counters[WAITING_FOR_RETRY]++
    } else if (this.#policy.removesSubscription) this.#removeSubscription(event, endedMs)
  }

  /** Starts nothing any more: what is left of the part stays unsent, and so does every part after it. */
  finish(): void {
    this.#finished = true
    while (this.#next < this.#to) this.#records.leaveUnsent(eventAt(this.#plan, this.#next++), 'interrupted')
    this.#silencedTo = this.#next
    this.#dropHeld(() => false, 'interrupted')
    this.#repeats.skipUnwanted()
    this.#dropRetries(() => false)
  }

  get #nextFirstMs(): number {
    return this.#dueMsAt(this.#next)
  }

  #dueMsAt(place: number): number {
    return place < this.#to ? this.dueMs(eventAt(this.#plan, place)) : Number.POSITIVE_INFINITY
  }

  /** What fell due in the silence goes now, in order, evenly spread over the time that the fault gives it. */
  #catchUp(nowMs: number): void {
    const ended = this.#disturbances.of('silence')
    if (ended === undefined) return
    this.withhold(nowMs)
    this.#moved.delayTo(nowMs)
    const owed = this.#silencedTo - this.#next
    for (let place = 0; place < owed; place++) {
      const event = eventAt(this.#plan, this.#next + place)
      if (this.#subscriptions.has(event)) this.#moved.hold(event, nowMs + (place / owed) * ended.catchUpMs)
      else this.#records.leaveUnsent(event, 'unsubscribed')
    }
    // Shops that lost their subscription meanwhile may have taken it further.
    this.#next = Math.max(this.#next, this.#silencedTo)
    this.#skipRemoved()
  }

  #isWithheld(event: number): boolean {
    if (!this.#subscriptions.isSuspended(event)) return !this.#subscriptions.isUsedUp(event) && this.#moved.disorder(event, this.dueMs(event))
    this.#records.leaveUnsent(event, 'unsubscribed')
    this.#disturbances.meet('unsubscribe')
    return true
  }

  #dropsRetry(event: number, attempt: number): boolean {
    const { share } = this.#disturbances.of('dropRetries') ?? { share: 0 }
    if (drawAmong(this.#plan.seed, purposes.faultDropRetries + attempt, event, share) === undefined) return false
    this.#disturbances.meet('dropRetries')
    return true
  }

  /** Takes this share of the shops out for as long as the fault lasts, and what they wait for with them; 0 has them back. */
  #suspend(share: number): void {
    this.#subscriptions.suspend(share)
    const waiting = this.#retries.size
    this.#dropUnsubscribed()
    this.#disturbances.meet('unsubscribe', waiting - this.#retries.size)
  }

  #removeSubscription(event: number, atMs: number): void {
    this.#subscriptions.useUp(event, atMs)
    this.#counters[SUBSCRIPTIONS_REMOVED]++
    this.#dropUnsubscribed()
    this.#skipRemoved()
  }

  #dropUnsubscribed(): void {
    const isSubscribed = (event: number): boolean => this.#subscriptions.has(event)
    this.#dropRetries(isSubscribed)
    this.#dropHeld(isSubscribed, 'unsubscribed')
    this.#repeats.skipUnwanted()
  }

  /** What a fault held back goes unsent, unless the platform's repeat has overtaken it, which is an attempt of the event. */
  #dropHeld(keeps: (event: number) => boolean, reason: UnsentReason): void {
    this.#moved.filter(keeps, event => {
      if (this.#records.attemptsOf(event) === 0) this.#records.leaveUnsent(event, reason)
    })
  }

  #dropRetries(keeps: (event: number) => boolean): void {
    this.#retries.filter(keeps)
    this.#counters[WAITING_FOR_RETRY] = this.#retries.size
  }

  #skipRemoved(): void {
    for (; this.#next < this.#to; this.#next++) {
      const event = eventAt(this.#plan, this.#next)
      if (!this.#subscriptions.isUsedUp(event)) return
      this.#records.leaveUnsent(event, 'unsubscribed')
    }
  }
}
