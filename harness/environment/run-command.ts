// Arranging: commands that run to their end before a component can start (go build, initdb).
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { FloodmarkError } from '../errors.ts'

const keptLines = 20

export interface CommandOptions {
  cwd?: string
  env?: NodeJS.ProcessEnv
  uid?: number
  gid?: number
  limitMs: number
  signal?: AbortSignal
  onLine?: (line: string) => void
}

/** Runs a command to its end. Throws `unavailable` with its last lines where it fails; on abort it and its children are ended first. */
export async function runCommand(command: string, args: readonly string[], { limitMs, signal, onLine, ...options }: CommandOptions): Promise<void> {
  signal?.throwIfAborted()
  const child = spawn(command, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', line => {
      onLine?.(line)
      if (lines.push(line) > keptLines) lines.shift()
    })
  }
  const end = (): void => {
    // Nothing to end where it never started or has just ended.
    if (child.pid && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL')
  }
  const timer = setTimeout(end, limitMs)
  signal?.addEventListener('abort', end, { once: true })
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', error => reject(new FloodmarkError('unavailable', `${command} does not run`, { cause: error })))
      child.once('close', (code, by) => (code === 0 ? resolve() : reject(new FloodmarkError('unavailable', `${command} ended with ${by ?? code}`, { evidence: lines }))))
    })
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', end)
  }
  signal?.throwIfAborted()
}
