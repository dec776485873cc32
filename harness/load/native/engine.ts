// The native engine as the run sees it: it starts the sender's thread, passes on what it is asked for, and says so when the thread dies.
import { lookup } from 'node:dns/promises'
import { Worker } from 'node:worker_threads'

import { FloodmarkError } from '../../errors.ts'
import { modulePath } from '../../module-path.ts'
import type { Engine, EngineOptions, Part, SenderReport } from '../engine.ts'
import type { Address } from './connection.ts'
import { createCounters, readCounters } from './counters.ts'
import { createDisturbanceCells, readDisturbance } from './disturbances.ts'
import { errorOf, failureOf, type Call, type SenderThreadData, type ThreadAnswer, type ThreadRequest } from './thread-messages.ts'

/** A thread that does not end by itself within this is ended. */
const closeLimitMs = 5_000
/** Attempts are counted in one byte of the history. */
const maxAttempts = 255

/** The native engine as the second half of another one, which makes the first attempts of a part. */
export interface RetryEngine extends Engine {
  /** As `send`, but first attempts are made elsewhere: over once the other has handed back what it did not send and all retries have ended. */
  sendRetries(part: Part): Promise<void>
  /** First attempts that have ended elsewhere, each event once, five numbers each: event, sent and ended in ms of the shared monotonic clock, HTTP status, outcome. */
  take(attempts: Float64Array): Promise<void>
  /** The other engine has ended and has sent nothing from this event on. */
  sendRest(from: number): Promise<void>
}

/** Starts the sender's thread; resolves when it is ready to send. Rejects with exit 64 for a URL or a policy that it can't send by. */
export async function startNativeEngine({ history, ...options }: EngineOptions): Promise<RetryEngine> {
  const mostRetries = maxAttempts - 1 - (options.plan.repeats === undefined ? 0 : 1)
  if (options.retries.delaysMs.length > mostRetries) {
    throw new FloodmarkError('usage', `retry policy ${options.retries.name} has ${options.retries.delaysMs.length} retries`, { hint: `At most ${mostRetries} are counted.` })
  }
  const counters = createCounters()
  const disturbanceCells = createDisturbanceCells()
  const thread = new SenderThread({ options, history: history.shape, address: await addressOf(options.url), counters, disturbanceCells })
  await thread.ready
  return {
    async send(part) {
      counters.fill(0)
      await thread.ask({ name: 'send', part, elsewhere: false })
    },
    async sendRetries(part) {
      counters.fill(0)
      await thread.ask({ name: 'send', part, elsewhere: true })
    },
    async take(attempts) {
      await thread.ask({ name: 'take', attempts })
    },
    async sendRest(from) {
      await thread.ask({ name: 'sendRest', from })
    },
    async finish() {
      await thread.ask({ name: 'finish' })
    },
    counters: () => readCounters(counters),
    platform: {
      async disturb(fault, parameters) {
        await thread.ask({ name: 'disturb', fault, parameters })
      },
      state: fault => readDisturbance(disturbanceCells, fault),
    },
    async report() {
      return (await thread.ask({ name: 'report' }))!
    },
    close: () => thread.close(),
  }
}

/** The intake's address, looked up once: a lookup for each connection would be part of what is measured. */
async function addressOf(text: string): Promise<Address> {
  const url = new URL(text)
  if (url.protocol !== 'http:') throw new FloodmarkError('usage', `the sender speaks http, not ${url.protocol.slice(0, -1)}`, { hint: 'Give the intake an http:// URL.' })
  const { address } = await lookup(url.hostname.replace(/^\[|\]$/g, ''))
  return { host: address, port: Number(url.port || 80) }
}

interface Waiting {
  resolve(report: SenderReport | undefined): void
  reject(error: unknown): void
}

class SenderThread {
  readonly ready: Promise<void>
  readonly #worker: Worker
  readonly #exited: Promise<void>
  readonly #waiting = new Map<number, Waiting>()
  #calls = 0
  #failure: FloodmarkError | undefined

  constructor(data: SenderThreadData) {
    this.#worker = new Worker(modulePath(import.meta.url, './sender-thread.ts'), { name: 'sender', workerData: data })
    this.#exited = new Promise(resolve => {
      this.#worker.once('exit', () => {
        this.#fail(new FloodmarkError('internal', "the sender's thread has ended"))
        resolve()
      })
    })
    // `ready` is answered under the id 0, and fails with the thread.
    this.ready = this.#expect(0).then(() => {})
    this.#worker.on('message', (answer: ThreadAnswer) => this.#take(answer))
    this.#worker.on('error', error => this.#fail(errorOf(failureOf(error))))
  }

  /** Rejects with the thread's own failure, now or when it comes. */
  async ask(call: Call): Promise<SenderReport | undefined> {
    if (this.#failure !== undefined) throw this.#failure
    const id = ++this.#calls
    const answered = this.#expect(id)
    this.#worker.postMessage({ id, call } satisfies ThreadRequest)
    return await answered
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

  #expect(id: number): Promise<SenderReport | undefined> {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
  }

  #take(answer: ThreadAnswer): void {
    if (answer.kind === 'failed') return this.#fail(errorOf(answer.failure))
    const id = answer.kind === 'ready' ? 0 : answer.id
    this.#waiting.get(id)?.resolve(answer.kind === 'done' ? answer.report : undefined)
    this.#waiting.delete(id)
  }

  #fail(error: FloodmarkError): void {
    this.#failure ??= error
    for (const { reject } of this.#waiting.values()) reject(this.#failure)
    this.#waiting.clear()
  }
}
