// What faults of the platform have sent at another time than the plan's: webhooks held back, and copies of those that were acked.
import type { EventRecords } from './event-records.ts'
import { RetrySchedule } from './retry-schedule.ts'

/** By due instant. An event is in here once at a time: as long as it was never sent, or once more after its ack. */
export class MovedWebhooks {
  readonly #waiting = new RetrySchedule()
  /** Of an event's attempts the one that is its copy; 0 while that is still to be sent. */
  readonly #copies = new Map<number, number>()

  get isEmpty(): boolean {
    return this.#waiting.size === 0
  }

  /** When the next one is due, ms of the shared monotonic clock; Infinity where there is none. */
  get nextDueMs(): number {
    return this.#waiting.nextDueMs
  }

  /** Holds an event back that was not sent yet, until this instant. */
  hold(event: number, untilMs: number, records: EventRecords): void {
    records.hold(event, untilMs)
    this.#waiting.add(event, untilMs)
  }

  /** Has an event sent once more. False where it has been already. */
  copy(event: number, atMs: number): boolean {
    if (this.#copies.has(event)) return false
    this.#copies.set(event, 0)
    this.#waiting.add(event, atMs)
    return true
  }

  /** Takes the event of the next one, which there must be. */
  take(records: EventRecords): number {
    const event = this.#waiting.take()
    if (this.#copies.get(event) === 0) this.#copies.set(event, records.attemptsOf(event) + 1)
    return event
  }

  /** Whether this attempt of the event is its copy. */
  isCopy(event: number, number: number): boolean {
    return this.#copies.size > 0 && this.#copies.get(event) === number
  }

  /** What should have gone before this instant goes at it. */
  delayTo(atMs: number, records: EventRecords): void {
    const late: number[] = []
    while (this.#waiting.nextDueMs < atMs) late.push(this.#waiting.take())
    for (const event of late) {
      if (!this.#copies.has(event)) records.hold(event, atMs)
      this.#waiting.add(event, atMs)
    }
  }

  /** Drops every event that `keeps` does not want, and tells of each that was never sent. */
  filter(keeps: (event: number) => boolean, dropped: (event: number) => void): void {
    this.#waiting.filter(event => {
      const kept = keeps(event)
      if (!kept && !this.#copies.has(event)) dropped(event)
      return kept
    })
  }
}
