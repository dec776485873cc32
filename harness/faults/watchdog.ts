// Arranging starts the watchdog before anything else: a process that outlives the harness, however that dies, and undoes what its journal says.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { causeOf } from '../errors.ts'
import { modulePath } from '../module-path.ts'
import { within } from './deadline.ts'

const startLimitMs = 10_000
/** Above the bound that the watchdog sets itself (watchdog-main.ts). */
const releaseLimitMs = 55_000

export interface Watchdog {
  readonly pid: number
  /** Called when it ends before its release: from then on nothing would heal after the harness's death. */
  onDeath(listener: (how: string) => void): void
  /** The clean end, after everything has been stopped. What the journal still holds undone is undone even now. */
  release(): Promise<void>
}

/**
 * Starts the watchdog over the journal in `folder`. It runs in a session of its own, so that a Ctrl-C or a kill of the harness's group does
 * not reach it, and holds the far end of a pipe: the kernel closes that pipe whatever death the harness dies. Its log is `watchdog.log`.
 */
export async function startWatchdog(folder: string): Promise<Watchdog> {
  const main = modulePath(import.meta.url, './watchdog-main.ts')
  const child = spawn(process.execPath, [main, folder], { detached: true, stdio: ['pipe', 'pipe', 'ignore'], cwd: '/' })
  const exited = endOf(child)
  let released = false
  // A write to a dead watchdog says so in its exit; here it would only be an uncaught error.
  child.stdin!.on('error', () => {})
  try {
    await within('the watchdog\'s start', startLimitMs, Promise.race([once(child.stdout!, 'data'), exited.then(how => { throw new Error(`ended at once: ${how}`) })]))
  } catch (error) {
    child.kill('SIGKILL')
    throw new Error(`the watchdog did not start: ${causeOf(error)}`, { cause: error })
  }
  // The harness may end without waiting for it; that is what it is there for.
  child.unref()
  for (const pipe of [child.stdin, child.stdout] as unknown as { unref(): void }[]) pipe.unref()
  ;(child.stdout as Readable).resume()

  return {
    pid: child.pid!,
    onDeath: listener => void exited.then(how => { if (!released) listener(how) }),
    async release() {
      if (released) return
      released = true
      child.ref()
      child.stdin!.end('released\n')
      await within('the watchdog\'s end', releaseLimitMs, exited)
    },
  }
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise(resolve => {
    child.once('error', error => resolve(causeOf(error)))
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`))
  })
}
