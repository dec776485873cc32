// One of the sender's threads as the main thread sees it: asked and answered by number, and known to have failed when it crashed, ended or fell silent.
import type { Worker } from 'node:worker_threads'

import { FloodmarkError } from '../../errors.ts'
import { errorOf, failureOf, type Call, type ThreadAnswer, type ThreadRequest } from './thread-messages.ts'
import type { ThreadReport } from './thread-report.ts'

/** A thread that does not end by itself within this is ended. */
const closeLimitMs = 5_000
/** As often it is asked for a sign of life, and so many times without an answer is a thread that hangs. Counted, since a harness that was stopped itself has heard nothing either. */
const askedEveryMs = 1_000
const mostUnanswered = 20

interface Waiting {
  resolve(report: ThreadReport | undefined): void
  reject(error: unknown): void
}

export class SenderThread {
  readonly ready: Promise<void>
  readonly #name: string
  readonly #worker: Worker
  readonly #exited: Promise<void>
  readonly #waiting = new Map<number, Waiting>()
  #calls = 0
  #failure: FloodmarkError | undefined
  #unanswered = 0

  /** The worker runs sender-thread.ts, or what speaks as it does. */
  constructor(name: string, worker: Worker, everyMs = askedEveryMs) {
    this.#name = name
    this.#worker = worker
    const pulse = setInterval(() => this.#feelPulse(everyMs), everyMs).unref()
    this.#exited = new Promise(resolve => {
      worker.once('exit', () => {
        clearInterval(pulse)
        this.#fail(new FloodmarkError('internal', `${name}'s thread has ended`))
        resolve()
      })
    })
    // `ready` is answered under the id 0, and fails with the thread.
    this.ready = this.#expect(0).then(() => {})
    worker.on('message', (answer: ThreadAnswer) => this.#take(answer))
    worker.on('error', error => this.#fail(errorOf(failureOf(error, name))))
  }

  /** Rejects with the thread's own failure, now or when it comes. */
  async ask(call: Call): Promise<ThreadReport | undefined> {
    if (this.#failure !== undefined) throw this.#failure
    return await this.#post(call)
  }

  /** Never rejects because of an earlier failure: whoever closes has heard of it. */
  async close(): Promise<void> {
    const limit = setTimeout(() => void this.#worker.terminate(), closeLimitMs)
    try {
      if (this.#failure === undefined) await this.ask({ name: 'close' })
      await this.#exited
    } finally {
      clearTimeout(limit)
    }
  }

  #post(call: Call): Promise<ThreadReport | undefined> {
    const id = ++this.#calls
    const answered = this.#expect(id)
    this.#worker.postMessage({ id, call } satisfies ThreadRequest)
    return answered
  }

  #expect(id: number): Promise<ThreadReport | undefined> {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
  }

  #take(answer: ThreadAnswer): void {
    if (answer.kind === 'failed') return this.#fail(errorOf(answer.failure))
    const id = answer.kind === 'ready' ? 0 : answer.id
    this.#waiting.get(id)?.resolve(answer.kind === 'done' ? answer.report : undefined)
    this.#waiting.delete(id)
  }

  #feelPulse(everyMs: number): void {
    if (this.#failure !== undefined) return
    if (this.#unanswered++ === 0) return void this.#post({ name: 'ping' }).then(() => { this.#unanswered = 0 }, () => {})
    if (this.#unanswered <= mostUnanswered) return
    this.#fail(new FloodmarkError('invalid', `${this.#name}'s thread hangs: no sign of life for ${(mostUnanswered * everyMs) / 1_000} s, so the flood was not sent as planned`, {
      hint: 'A disk that does not answer (--out chooses another) or a machine without a core to spare does that.',
    }))
    void this.#worker.terminate()
  }

  #fail(error: FloodmarkError): void {
    this.#failure ??= error
    for (const { reject } of this.#waiting.values()) reject(this.#failure)
    this.#waiting.clear()
  }
}
