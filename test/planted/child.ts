// Commands that a planted run starts: one at a time, ended by their own process id when they take too long or somebody presses Ctrl-C.
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

/** How long a command may take to end in order: a run heals its faults and ends what it started. */
const endLimitMs = 45_000

export interface Ended {
  /** Null where a signal ended it. */
  exit: number | null
  stdout: string
  stderr: string
  seconds: number
}

/** Runs Node with these arguments to its end. Throws the signal's reason once the command has ended after it. */
export async function runNode(args: readonly string[], { cwd, limitMs, signal }: { cwd: string; limitMs: number; signal: AbortSignal }): Promise<Ended> {
  signal.throwIfAborted()
  const startedMs = performance.now()
  // A group of its own: a terminal's Ctrl-C reaches this process alone, which ends the command in order.
  const child = spawn(process.execPath, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let force: NodeJS.Timeout | undefined
  const stop = (): void => {
    child.kill('SIGINT')
    force ??= setTimeout(() => child.kill('SIGKILL'), endLimitMs)
  }
  const limit = setTimeout(stop, limitMs)
  signal.addEventListener('abort', stop, { once: true })
  try {
    const exited = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
    const [stdout, stderr, exit] = await Promise.all([text(child.stdout), text(child.stderr), exited])
    signal.throwIfAborted()
    return { exit, stdout, stderr, seconds: (performance.now() - startedMs) / 1_000 }
  } finally {
    clearTimeout(limit)
    clearTimeout(force)
    signal.removeEventListener('abort', stop)
  }
}
