// The flood's third part: looks at the guards until the flood is over or one of them comes true.
import { sleep } from '../clock.ts'
import { causeOf } from '../errors.ts'
import type { Aborted, Guard, GuardedStatus } from './guard.ts'

/** A tenth of what an abort may take. */
const lookEveryMs = 100

/** Resolves with the first guard that came true, or with undefined when the signal ends the watch. A guard that throws cannot guard: it aborts too. */
export async function watchGuards(guards: readonly Guard[], statusNow: () => GuardedStatus, signal: AbortSignal): Promise<Aborted | undefined> {
  const looks = guards.map(guard => ({ guard, look: guard.watch() }))
  while (looks.length > 0 && !signal.aborted) {
    const status = statusNow()
    for (const { guard, look } of looks) {
      const reason = ask(look, status)
      if (reason !== undefined) return { guard: guard.name, reason, atMs: status.elapsedMs }
    }
    await sleep(lookEveryMs, signal).catch(() => {})
  }
  return undefined
}

function ask(look: (status: GuardedStatus) => string | undefined, status: GuardedStatus): string | undefined {
  try {
    return look(status)
  } catch (error) {
    return `the guard itself failed: ${causeOf(error)}`
  }
}
