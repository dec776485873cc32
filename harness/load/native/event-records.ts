// Writes what the sender does into the history: its own columns, the counters, and the file of attempts after the first.
import type { AttemptWriter } from '../../history/attempt-file.ts'
import { ACKED, INDETERMINATE, msOf, NONE, OPEN, tickOf, unsentReasons, type History } from '../../history/history.ts'
import { ACKED_AGAIN, ACKED_ATTEMPTS, ATTEMPTS, INDETERMINATE_ATTEMPTS, OPEN_ATTEMPTS, REFUSED_ATTEMPTS, SENT, UNSENT } from './counters.ts'

const attemptsEndedAs = [0, ACKED_ATTEMPTS, REFUSED_ATTEMPTS, INDETERMINATE_ATTEMPTS] as const

export type UnsentReason = Exclude<(typeof unsentReasons)[number], ''>

/** The sender's hand in the history. Times in ms of the shared monotonic clock. */
export class EventRecords {
  readonly #history: History
  readonly #counters: Uint32Array
  readonly #writer: AttemptWriter
  readonly #epochMs: number

  constructor(history: History, counters: Uint32Array, writer: AttemptWriter) {
    this.#history = history
    this.#counters = counters
    this.#writer = writer
    this.#epochMs = history.shape.epochMs
  }

  /** Attempts of an event that have begun so far. */
  attemptsOf(event: number): number {
    return this.#history.attempts[event]
  }

  isUnsent(event: number): boolean {
    return this.#history.unsent[event] !== 0
  }

  /** A fault of the platform keeps the event until this instant. */
  hold(event: number, untilMs: number): void {
    this.#history.heldUntil[event] = tickOf(this.#epochMs, untilMs)
  }

  /** Until when a fault has kept the event; before its planned instant where none has. */
  heldUntilMs(event: number): number {
    return this.#epochMs + msOf(this.#history.heldUntil[event])
  }

  /** An attempt begins; returns its number, 1 for the first. */
  begin(event: number, atMs: number): number {
    const history = this.#history
    const number = ++history.attempts[event]
    if (number === 1) {
      history.firstSent[event] = tickOf(this.#epochMs, atMs)
      history.firstOutcome[event] = OPEN
      this.#counters[SENT]++
    }
    this.#counters[ATTEMPTS]++
    this.#counters[OPEN_ATTEMPTS]++
    return number
  }

  /** The first attempt of an event leaves at this instant, not when it began to be made. */
  leave(event: number, atMs: number): void {
    this.#history.firstSent[event] = tickOf(this.#epochMs, atMs)
  }

  /** An attempt has ended as ACKED, REFUSED or INDETERMINATE. Throws when the file of attempts can't be written. */
  end(event: number, number: number, sentMs: number, endedMs: number, status: number, outcome: number): void {
    const history = this.#history
    const ended = tickOf(this.#epochMs, endedMs)
    if (number === 1) {
      history.firstEnded[event] = ended
      history.status[event] = status
      history.firstOutcome[event] = outcome
    } else this.#writer.append(event, tickOf(this.#epochMs, sentMs), ended, status, number, outcome)
    // A repeat may be acked beside the event's own attempt: the event is acked once, and so it is counted.
    if (outcome === ACKED && history.acked[event] !== 0) this.#counters[ACKED_AGAIN]++
    else this.#counters[attemptsEndedAs[outcome as 1 | 2 | 3]]++
    if (outcome === ACKED && history.acked[event] === 0) history.acked[event] = ended
    history.outcome[event] = merged(history.outcome[event], outcome)
    this.#counters[OPEN_ATTEMPTS]--
  }

  /** The event will never be sent. */
  leaveUnsent(event: number, reason: UnsentReason): void {
    const index = unsentReasons.indexOf(reason)
    this.#history.unsent[event] = index
    this.#counters[UNSENT + index]++
  }
}

/** What an event is after one more attempt: acked if any was, else indeterminate if any was, else refused. */
function merged(before: number, now: number): number {
  if (before === NONE || now === ACKED) return now
  return before === ACKED || before === INDETERMINATE ? before : now
}
