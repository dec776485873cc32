// The flood as k6 sends it: let go, read to its end, and what it did not send handed to the native sender.
import { INDETERMINATE, ticksPerMs } from '../../history/history.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Part, SenderReport } from '../engine.ts'
import type { RetryEngine } from '../native/engine.ts'
import { readDisagreements } from './agreement.ts'
import type { AttemptLines } from './attempt-lines.ts'
import { calendarLeadMs } from './gate.ts'
import type { K6Program } from './program.ts'

export interface FirstAttemptsOptions {
  plan: Plan
  native: RetryEngine
  lines: AttemptLines
  program: K6Program
  users: number
  onDeath(how: string): void
}

/** One flood. k6 starts events in their order and drops none of them: an iteration without an idle user only makes all later ones late, and the last ones are left. */
export class FirstAttempts {
  readonly #options: FirstAttemptsOptions
  #finished = false
  #cutOff = 0
  #disagreements: string[] = []
  #left = 0

  constructor(options: FirstAttemptsOptions) {
    this.#options = options
    // k6 may die while nobody sends; the death is told once, whenever it comes.
    options.program.ended.then(({ how }) => this.#noteEnd(how)).catch(() => {})
  }

  async send(part: Part): Promise<void> {
    const { native, lines, program } = this.#options
    const retrying = native.sendRetries(part)
    // Whoever waits below hears of it; a failure of the sender's thread comes through both.
    retrying.catch(() => {})
    if (!this.#finished) {
      lines.startedAtMs = part.startedAtMs
      // It is let go at once, and each event waits for its instant (limits.ts).
      await program.gate.open({ startWallMs: part.startedAtMs + calendarLeadMs(), createdFromMs: part.wallMs })
      const { atMs } = await Promise.race([program.ended, retrying.then(() => program.ended)])
      await this.#handBack(part, atMs)
    } else await native.sendRest(part.from)
    await retrying
  }

  /** Starts no further iteration. k6 cannot do that without cutting off those under way. */
  async finish(): Promise<void> {
    this.#finished = true
    await this.#options.program.end()
  }

  /** The native sender's report, with what k6 adds to it; its threads say nothing of first attempts. */
  report(report: SenderReport): SenderReport {
    const { users } = this.#options
    return { ...report, threads: undefined, engine: 'k6', maxSockets: users, waitedForSocket: report.waitedForSocket + this.#left, disagreements: [...(report.disagreements ?? []), ...this.#disagreements] }
  }

  async #noteEnd(how: string): Promise<void> {
    const { program, native, onDeath } = this.#options
    if (program.asked || how === 'exited with code 0') return
    this.#finished = true
    onDeath(how)
    await native.finish('interrupted')
  }

  /** k6 is gone: what it had begun and not reported is indeterminate, what it never began is the native sender's. */
  async #handBack(part: Part, endedMs: number): Promise<void> {
    const { native, lines, program, plan } = this.#options
    const begun = this.#finished ? this.#mayHaveBegun(part, endedMs) : lines.reach
    const open: number[] = []
    for (let place = 0; place < begun; place++) {
      if (lines.reported[place] === 1) continue
      const event = part.from + place
      open.push(event, Math.min(endedMs, part.startedAtMs + plan.dueTicks[event] / ticksPerMs), endedMs, 0, INDETERMINATE)
    }
    this.#cutOff = open.length / 5
    this.#left = this.#finished ? 0 : part.to - part.from - begun
    this.#disagreements = readDisagreements(program.totalsFile, {
      planned: part.to - part.from,
      topics: plan.topics.length,
      lines: lines.lines,
      strays: lines.strays,
      taken: native.counters().sent,
      cutOff: this.#cutOff,
      ended: this.#finished,
    })
    await native.take(Float64Array.from(open))
    await native.sendRest(part.from + begun)
  }

  /** Nobody can say what an ended k6 had on its way: no more than a user each, and nothing that was not due. */
  #mayHaveBegun(part: Part, endedMs: number): number {
    const { lines, users, plan } = this.#options
    const underWay = users - lines.reported.subarray(0, lines.reach).reduce((missing, reported) => missing + (reported ^ 1), 0)
    let begun = lines.reach
    while (begun < lines.reach + underWay && part.from + begun < part.to && part.startedAtMs + plan.dueTicks[part.from + begun] / ticksPerMs <= endedMs) begun++
    return begun
  }
}
