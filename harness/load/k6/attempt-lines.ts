// Reads what k6 prints while it sends: a line for each attempt that has ended, among others that go to its log.
import { Writable } from 'node:stream'
import { callbackify } from 'node:util'

import { FloodmarkError } from '../../errors.ts'
import { isOwnLimit, outcomeOf } from './classify.ts'

/** k6 says so once for each failed request, which the line of its attempt says better. */
const noise = 'Request Failed'
/** What the script gets to hear where k6 is ended: the request may have left or not, and k6 does not count it. */
const cutShort = 'context canceled'
/** A line is some 60 bytes, and an error's text no more than a few hundred. */
const maxLineBytes = 64 * 1024

export interface AttemptLinesOptions {
  /** Event of the plan that is k6's first, and how many follow. */
  from: number
  count: number
  refusedStatuses: readonly number[]
  /** Attempts of one event each, numbers as the native sender takes them; k6 is read on when this has resolved. */
  take(attempts: Float64Array): Promise<void>
  log(line: string): void
}

/** k6's standard output. What it has read is never more than one chunk ahead of what was taken. */
export class AttemptLines extends Writable {
  /** When the flood began on the shared monotonic clock, which k6's times count from; set before the first line. */
  startedAtMs = 0
  /** Events whose attempt was reported: 1. */
  readonly reported: Uint8Array
  /** Lines of attempts, and those that no event is left for. */
  lines = 0
  strays = 0
  /** One more than the highest place that was reported. */
  reach = 0
  readonly #options: AttemptLinesOptions
  readonly #refusedStatuses: ReadonlySet<number>
  #rest = ''

  constructor(options: AttemptLinesOptions) {
    super({ decodeStrings: true })
    this.#options = options
    this.#refusedStatuses = new Set(options.refusedStatuses)
    this.reported = new Uint8Array(options.count)
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    const lines = (this.#rest + chunk.toString('latin1')).split('\n')
    this.#rest = lines.pop()!.slice(0, maxLineBytes)
    callbackify(() => this.#read(lines))(error => done(error))
  }

  override _final(done: (error?: Error | null) => void): void {
    callbackify(() => this.#read(this.#rest === '' ? [] : [this.#rest]))(error => done(error))
  }

  async #read(lines: readonly string[]): Promise<void> {
    const numbers: number[] = []
    for (const line of lines) {
      if (line.startsWith('@')) this.#readAttempt(line, numbers)
      else if (line !== '' && line !== noise) this.#options.log(line)
    }
    if (numbers.length > 0) await this.#options.take(Float64Array.from(numbers))
  }

  /** `@<place> <sent> <ended> <status> <error code> <error>`, times in ms since the flood's start. */
  #readAttempt(line: string, into: number[]): void {
    const [place, sentMs, endedMs, status, code, ...words] = line.slice(1).split(' ')
    const at = Number(place)
    const error = words.join(' ')
    if (error === cutShort) return
    this.lines++
    if (!(at < this.reported.length) || this.reported[at] === 1) return void this.strays++
    if (isOwnLimit(Number(code), error)) {
      throw new FloodmarkError('invalid', 'this machine could not open another connection for k6, so the flood was not sent as planned', {
        evidence: [error], hint: 'Raise the limit of open files (ulimit -n), or lower the rate or maxSockets.',
      })
    }
    this.reported[at] = 1
    this.reach = Math.max(this.reach, at + 1)
    const outcome = outcomeOf({ status: Number(status), code: Number(code), refusedStatuses: this.#refusedStatuses })
    into.push(this.#options.from + at, this.startedAtMs + Number(sentMs), this.startedAtMs + Number(endedMs), Number(status), outcome)
  }
}
