// What faults of the platform have sent at another time than the plan's: webhooks held back, and copies of those that were acked.
import { draw, drawAmong, purposes } from '../../plan/draw.ts'
import type { Disturbances } from './disturbances.ts'
import type { EventRecords } from './event-records.ts'
import { RetrySchedule } from './retry-schedule.ts'

/** A copy of a webhook follows its ack within this. Inferred; real ones have been seen seconds apart. */
const copyWithinMs = 1_000

export interface MovedWebhooksOptions {
  seed: number
  records: EventRecords
  disturbances: Disturbances
}

/** By due instant, ms of the shared monotonic clock. An event is in here once at a time: as long as it was never sent, or once more after its ack. */
export class MovedWebhooks {
  readonly #seed: number
  readonly #records: EventRecords
  readonly #disturbances: Disturbances
  readonly #waiting = new RetrySchedule()
  /** Of an event's attempts the one that is its copy; 0 while that is still to be sent. */
  readonly #copies = new Map<number, number>()

  constructor({ seed, records, disturbances }: MovedWebhooksOptions) {
    this.#seed = seed
    this.#records = records
    this.#disturbances = disturbances
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0
  }

  /** When the next one is due; Infinity where there is none. */
  get nextDueMs(): number {
    return this.#waiting.nextDueMs
  }

  /** Holds an event back that was not sent yet, until this instant. */
  hold(event: number, untilMs: number): void {
    this.#records.hold(event, untilMs)
    this.#waiting.add(event, untilMs)
  }

  /** Under disorder, holds an event back for a while that falls due now. False where there is none. */
  disorder(event: number, dueMs: number): boolean {
    const disorder = this.#disturbances.of('disorder')
    if (disorder === undefined) return false
    this.hold(event, dueMs + (draw(this.#seed, purposes.faultDisorder, event) / 2 ** 32) * disorder.withinMs)
    this.#disturbances.meet('disorder')
    return true
  }

  /** Under duplication, has an event sent once more whose attempt was acked at this instant, unless the draw spares it or it has been copied already. */
  duplicate(event: number, ackedMs: number): void {
    const { share } = this.#disturbances.of('duplicate') ?? { share: 0 }
    const drawn = drawAmong(this.#seed, purposes.faultDuplicate, event, share)
    if (drawn === undefined || this.#copies.has(event)) return
    this.#copies.set(event, 0)
    this.#waiting.add(event, ackedMs + drawn * copyWithinMs)
    this.#disturbances.meet('duplicate')
  }

  /** Takes the event of the next one, which there must be. */
  take(): number {
    const event = this.#waiting.take()
    if (this.#copies.get(event) === 0) this.#copies.set(event, this.#records.attemptsOf(event) + 1)
    return event
  }

  /** Whether this attempt of the event is its copy. */
  isCopy(event: number, number: number): boolean {
    return this.#copies.size > 0 && this.#copies.get(event) === number
  }

  /** What should have gone before this instant goes at it. */
  delayTo(atMs: number): void {
    const late: number[] = []
    while (this.#waiting.nextDueMs < atMs) late.push(this.#waiting.take())
    for (const event of late) {
      if (!this.#copies.has(event)) this.#records.hold(event, atMs)
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
