// One destination as the worker sees it: batches go out with a short deadline, and a breaker keeps a dead one from eating the worker's time.
import { Agent, request } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'
import { circuitBreaker, ConsecutiveBreaker, handleAll, type CircuitBreakerPolicy } from 'cockatiel'
import type { Logger } from '../service/lifecycle.ts'
import { Dependency, untilItSucceeds } from '../service/patience.ts'
import { readAnswer, type Answer, type WholeResponse } from './answer.ts'
import { batchBody, type Item } from './item.ts'

export interface DestinationOptions {
  name: string
  url: string
  /** From the start of a request to its answer. */
  timeoutMs: number
  log: Logger
}

const failuresToOpen = 5
// A second without calls, then one call to see; the backlog of a second is nothing, a stampede at a weak endpoint is.
const halfOpenAfterMs = 1_000
// More than the batches in flight: none waits for a socket.
const maxSockets = 64
const keepAliveMs = 4_000
// A destination that asks for more is asked again sooner: whatever it is that takes so long, somebody may have mended it.
const longestHoldMs = 60_000
const maxAnswerBytes = 1024 ** 2

export class Destination {
  readonly name: string
  readonly #url: URL
  readonly #agent: Agent
  readonly #timeoutMs: number
  readonly #breaker: CircuitBreakerPolicy
  readonly #dependency: Dependency
  /** It asked for quiet until this instant of performance.now(). */
  #heldUntilMs = 0

  constructor({ name, url, timeoutMs, log }: DestinationOptions) {
    this.name = name
    this.#url = new URL(url)
    this.#timeoutMs = timeoutMs
    this.#agent = new (this.#url.protocol === 'https:' ? SecureAgent : Agent)({ keepAlive: true, maxSockets, timeout: keepAliveMs })
    this.#dependency = new Dependency(`destination ${name}`, log)
    this.#breaker = circuitBreaker(handleAll, { halfOpenAfter: halfOpenAfterMs, breaker: new ConsecutiveBreaker(failuresToOpen) })
    this.#breaker.onBreak(() => log.warn({ destination: name }, 'circuit open'))
    this.#breaker.onReset(() => log.info({ destination: name }, 'circuit closed'))
  }

  /**
   * Relays the items, however long that takes. Returns those that the destination will never take: a refused batch is halved until the
   * guilty ones stand alone, and of one that was taken in part the rest goes out again.
   */
  async relay(items: readonly Item[], signal: AbortSignal): Promise<Item[]> {
    let owed = items
    const isRefused = await untilItSucceeds(async () => {
      const answer = await this.#ask(owed, signal)
      if (answer.kind === 'refused') return true
      const before = owed.length
      owed = owed.filter((_, index) => !answer.taken(index))
      if (owed.length > 0) throw new Error(`took ${before - owed.length} of ${before}`)
      return false
    }, this.#dependency, signal)
    if (!isRefused) return []
    if (owed.length === 1) return [...owed]
    const middle = Math.ceil(owed.length / 2)
    return [...await this.relay(owed.slice(0, middle), signal), ...await this.relay(owed.slice(middle), signal)]
  }

  close(): void {
    this.#agent.destroy()
  }

  /** One request, when the destination lets it come. Rejects for all that may pass: no answer, too late, overloaded, wrongly set up, or not what it says when it takes something. */
  async #ask(items: readonly Item[], signal: AbortSignal): Promise<Exclude<Answer, { kind: 'hold' }>> {
    for (let waitMs = this.#heldUntilMs - performance.now(); waitMs > 0; waitMs = this.#heldUntilMs - performance.now()) await delay(waitMs, undefined, { signal })
    const answer = await this.#breaker.execute(async () => readAnswer(await this.#post(Buffer.from(batchBody(items))), items.length))
    if (answer.kind !== 'hold') return answer
    // It is there and says when to come back: that is for every batch, and nothing for the breaker.
    this.#heldUntilMs = Math.max(this.#heldUntilMs, performance.now() + Math.min(longestHoldMs, answer.forMs))
    throw new Error(`asks to come back in ${answer.forMs} ms`)
  }

  #post(body: Buffer): Promise<WholeResponse> {
    const send = this.#url.protocol === 'https:' ? secureRequest : request
    return new Promise((resolve, reject) => {
      const options = { method: 'POST', agent: this.#agent, signal: AbortSignal.timeout(this.#timeoutMs), headers: { 'content-type': 'application/json', 'content-length': body.length } }
      const outgoing = send(this.#url, options, response => {
        const chunks: Buffer[] = []
        let bytes = 0
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length
          if (bytes <= maxAnswerBytes) chunks.push(chunk)
        })
        response.once('error', reject)
        response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() }))
      })
      outgoing.once('error', reject)
      outgoing.end(body)
    })
  }
}
