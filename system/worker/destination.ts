// One destination as the worker sees it: batches go out with a short deadline, and a breaker keeps a dead one from eating the worker's time.
import { Agent, request } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'
import { circuitBreaker, ConsecutiveBreaker, handleAll, type CircuitBreakerPolicy } from 'cockatiel'
import type { Logger } from '../service/lifecycle.ts'
import { Dependency, untilItSucceeds } from '../service/patience.ts'
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

/** Statuses that speak of what was sent rather than of the destination: the same batch would be refused for ever. */
const refusals = new Set([400, 413, 422])

export class Destination {
  readonly name: string
  readonly #url: URL
  readonly #agent: Agent
  readonly #timeoutMs: number
  readonly #breaker: CircuitBreakerPolicy
  readonly #dependency: Dependency

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
   * guilty ones stand alone.
   */
  async relay(items: readonly Item[], signal: AbortSignal): Promise<Item[]> {
    const body = Buffer.from(batchBody(items))
    const status = await untilItSucceeds(() => this.#breaker.execute(() => this.#post(body)), this.#dependency, signal)
    if (!refusals.has(status)) return []
    if (items.length === 1) return [...items]
    const middle = Math.ceil(items.length / 2)
    return [...await this.relay(items.slice(0, middle), signal), ...await this.relay(items.slice(middle), signal)]
  }

  close(): void {
    this.#agent.destroy()
  }

  /** The status of an answer that settles the batch, one way or the other. Rejects for all that may pass: no answer, too late, overloaded, wrongly set up. */
  #post(body: Buffer): Promise<number> {
    const send = this.#url.protocol === 'https:' ? secureRequest : request
    return new Promise((resolve, reject) => {
      const options = { method: 'POST', agent: this.#agent, signal: AbortSignal.timeout(this.#timeoutMs), headers: { 'content-type': 'application/json', 'content-length': body.length } }
      const outgoing = send(this.#url, options, response => {
        const status = response.statusCode ?? 0
        response.once('error', reject)
        response.once('end', () => (status >= 200 && status < 300) || refusals.has(status) ? resolve(status) : reject(new Error(`answered ${status}`)))
        response.resume()
      })
      outgoing.once('error', reject)
      outgoing.end(body)
    })
  }
}
