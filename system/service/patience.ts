// How a service waits for a dependency that is away: for as long as it takes, in short steps, and never past its own end.
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from './lifecycle.ts'

const firstDelayMs = 50
const longestDelayMs = 1_000

/** Something a service needs. Says so once when it goes away and once when it is back, however many calls wait for it. */
export class Dependency {
  readonly name: string
  readonly #log: Logger
  #failures = 0

  constructor(name: string, log: Logger) {
    this.name = name
    this.#log = log
  }

  get isAway(): boolean {
    return this.#failures > 0
  }

  failed(error: unknown): void {
    if (this.#failures++ === 0) this.#log.warn({ dependency: this.name, reason: (error as Error).message }, 'dependency away')
  }

  answered(): void {
    if (this.#failures > 0) this.#log.info({ dependency: this.name, failures: this.#failures }, 'dependency back')
    this.#failures = 0
  }
}

/**
 * The result of the first try that succeeds. Between tries it waits 50 ms, twice that, and so on up to one second, each spread by ±25 % so that many do
 * not come back at once. Ends only with the signal, by throwing its reason.
 */
export async function untilItSucceeds<T>(attempt: () => Promise<T>, dependency: Dependency, signal: AbortSignal): Promise<T> {
  for (let tries = 0; ; tries++) {
    signal.throwIfAborted()
    try {
      const result = await attempt()
      dependency.answered()
      return result
    } catch (error) {
      dependency.failed(error)
      await delay(Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(tries, 10)) * (0.75 + Math.random() / 2), undefined, { signal })
    }
  }
}
