// Where a k6 in a container waits for the flood. It reaches nothing of the harness, so it asks its own API; the harness reaches that through a published port and puts the start there.
import { sleep, until } from '../../clock.ts'
import { causeOf, FloodmarkError } from '../../errors.ts'
import type { Gate } from './gate.ts'

/** Port of k6's API inside its container. */
export const apiPort = 6565
/** k6's setup data, which whoever asks may read and write (api/v1/setup_teardown_routes.go). */
const setupPath = '/v1/setup'
export const gateUrl = `http://127.0.0.1:${apiPort}${setupPath}`
/** k6's own number for "runs setup()" (lib/execution.go): by then all users are made. */
const inSetup = 6
const answerLimitMs = 1_000
const openLimitMs = 5_000
const lookEveryMs = 50

/** `whereabouts` says at which `host:port` the harness reaches the API now; undefined once k6 has ended, which others tell. */
export function openApiGate(whereabouts: () => string | undefined): Gate {
  const closing = new AbortController()

  async function ask(path: string, more: RequestInit = {}): Promise<any> {
    const response = await fetch(`http://${whereabouts()}${path}`, { ...more, signal: AbortSignal.any([closing.signal, AbortSignal.timeout(answerLimitMs)]) })
    if (!response.ok) throw new Error(`${path} answered ${response.status}`)
    return await response.json()
  }

  /** Pending for ever where it is closed before that. */
  async function untilInSetup(): Promise<void> {
    for (;;) {
      // Nothing answers before its API listens.
      const status = await ask('/v1/status').catch(() => undefined)
      if (status?.data.attributes.status >= inSetup) return
      if (closing.signal.aborted || whereabouts() === undefined) return await new Promise(() => {})
      await sleep(lookEveryMs)
    }
  }

  return {
    reached: untilInSetup(),
    async open(start) {
      try {
        await until('k6 told of the start', openLimitMs, async () => whereabouts() === undefined || (await ask(setupPath, { method: 'PUT', body: JSON.stringify(start) }), true))
      } catch (error) {
        throw new FloodmarkError('invalid', `k6 could not be told when the flood begins: ${causeOf(error)}`, { cause: error })
      }
    },
    async close() {
      closing.abort()
    },
  }
}
