// The bench's hand on the receiving server: start it, empty its notes, freeze it, read what came.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

import { sleep } from '../../../harness/clock.ts'
import { goFirst } from '../../go-first.ts'
import type { Arrivals, ServerAnswer, ServerAsk } from './server-main.ts'

export interface RawServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** Forgets what came. `answerAfterMs` 0 answers at once; `note` keeps an instant for each request. */
  reset(options?: { answerAfterMs?: number; note?: boolean }): Promise<void>
  /** Requests since the last reset. */
  count(): Promise<number>
  arrivals(): Promise<Arrivals>
  /** Stops the process for so long; the kernel goes on accepting connections and bytes for it. */
  freeze(forMs: number): Promise<void>
}

/** One request at a time; disposing it ends the process. */
export async function startRawServer(): Promise<RawServer> {
  const child = fork(fileURLToPath(new URL('./server-main.ts', import.meta.url)), { serialization: 'advanced', detached: true })
  goFirst(child)
  const { port } = (await answerOf(child)) as { port: number }
  const ask = async <T extends ServerAnswer>(message: ServerAsk): Promise<T> => {
    const answered = answerOf(child)
    child.send(message)
    return (await answered) as T
  }
  return {
    port,
    url: `http://127.0.0.1:${port}/webhooks`,
    reset: async ({ answerAfterMs = 0, note = false } = {}) => void await ask({ ask: 'reset', answerAfterMs, note }),
    count: async () => (await ask<{ count: number }>({ ask: 'count' })).count,
    arrivals: () => ask<Arrivals>({ ask: 'arrivals' }),
    async freeze(forMs) {
      child.kill('SIGSTOP')
      try {
        await sleep(forMs)
      } finally {
        child.kill('SIGCONT')
      }
    },
    async [Symbol.asyncDispose]() {
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}

function answerOf(child: ChildProcess): Promise<ServerAnswer> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error('the receiving server ended by itself'))
    child.once('exit', ended)
    child.once('message', message => {
      child.off('exit', ended)
      resolve(message as ServerAnswer)
    })
  })
}
