// What the platform sends twice by the plan: further attempts of events, as webhooks of their own.
import { ticksPerMs } from '../../history/history.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Part } from '../engine.ts'
import type { EventRecords } from './event-records.ts'

/**
 * The plan's repeats by due instant. Each is sent once, whatever becomes of it: DOMAIN.md 1.1 documents retries of a webhook that failed, and none of a
 * copy that nobody is owed; the event has its own.
 */
export class RepeatSchedule {
  readonly #plan: Plan
  /** Of the event's attempts the one that is its repeat; 0 where it has none so far. */
  readonly #numbers: Uint8Array
  readonly #isWanted: (event: number) => boolean
  readonly #count: number
  #next = 0
  #part: Pick<Part, 'from' | 'to' | 'startedAtMs'> = { from: 0, to: 0, startedAtMs: 0 }

  /** Repeats of events that are not wanted any more are dropped. */
  constructor(plan: Plan, isWanted: (event: number) => boolean) {
    this.#plan = plan
    this.#numbers = new Uint8Array(plan.repeats === undefined ? 0 : plan.eventCount)
    this.#isWanted = isWanted
    this.#count = plan.repeats?.event.length ?? 0
  }

  begin(part: Part): void {
    this.#part = part
    this.#next = 0
    this.skipUnwanted()
  }

  get isOver(): boolean {
    return this.#next === this.#count
  }

  /** When the next one is due, ms of the shared monotonic clock; Infinity where there is none. */
  get nextDueMs(): number {
    return this.isOver ? Number.POSITIVE_INFINITY : this.#part.startedAtMs + this.#plan.repeats!.dueTicks[this.#next] / ticksPerMs
  }

  /** Takes the event of the next one, which there must be. */
  take(records: EventRecords): number {
    const event = this.#plan.repeats!.event[this.#next++]
    this.#numbers[event] = records.attemptsOf(event) + 1
    this.skipUnwanted()
    return event
  }

  /** Whether this attempt of the event is its repeat. */
  isRepeat(event: number, number: number): boolean {
    return this.#numbers[event] === number
  }

  /** Which try of the event's own webhook an attempt is: its repeat, if it came before, is none. */
  tryOf(event: number, number: number): number {
    const repeat = this.#numbers[event]
    return repeat > 0 && repeat < number ? number - 1 : number
  }

  /** To be called when events are wanted no longer, so that the next one is always one to be sent. */
  skipUnwanted(): void {
    const { from, to } = this.#part
    for (; this.#next < this.#count; this.#next++) {
      const event = this.#plan.repeats!.event[this.#next]
      if (event >= from && event < to && this.#isWanted(event)) return
    }
  }
}
