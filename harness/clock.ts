/**
 * The one clock of a run: milliseconds of the host's monotonic clock (CLOCK_MONOTONIC), as a float.
 * `performance.now()` alone starts at another zero in every thread and process; with this offset all of them agree.
 */
const offsetMs = readOffset()

/** One clock is read after the other: what passes in between, more than a millisecond at the first reading of all, only ever makes the difference too small. */
function readOffset(): number {
  return Math.max(...Array.from({ length: 10 }, () => Number(process.hrtime.bigint()) / 1e6 - performance.now()))
}

export function monotonicMs(): number {
  return performance.now() + offsetMs
}

export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(done, ms)
    function done(): void {
      signal?.removeEventListener('abort', abort)
      resolve()
    }
    function abort(): void {
      clearTimeout(timer)
      reject(signal!.reason)
    }
    signal?.addEventListener('abort', abort, { once: true })
  })
}

/**
 * Polls until `probe` returns something, for at most `limitMs`. A probe says "not yet" by returning undefined or by throwing;
 * the last thing thrown is in the error, so that a wait never drops its cause.
 */
export async function until<T>(what: string, limitMs: number, probe: () => Promise<T | undefined> | T | undefined, { everyMs = 25, signal }: { everyMs?: number; signal?: AbortSignal } = {}): Promise<T> {
  const deadline = monotonicMs() + limitMs
  let last: unknown
  do {
    signal?.throwIfAborted()
    try {
      const found = await probe()
      if (found !== undefined) return found
    } catch (error) {
      last = error
    }
    await sleep(everyMs, signal)
  } while (monotonicMs() < deadline)
  throw new Error(`${what}: not within ${limitMs} ms`, { cause: last })
}
