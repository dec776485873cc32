// The program of the harness's own servers (main.ts), started: as a process of this machine by default, in a container by that environment.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { sleep } from '../clock.ts'
import type { ProcessJournal } from '../environment/environment.ts'
import { readProcess } from '../environment/process-tree.ts'
import { modulePath } from '../module-path.ts'

const lastWordsLimitMs = 200
const keptLines = 20
const killAfterMs = 2_000

/** What `startServers` needs of the program: how to reach it, and how it ends. */
export interface ServersProgram {
  /** Host that the harness reaches its ports on. */
  readonly host: string
  /** The port of its control connection, as the harness reaches it. Pending for ever where the program ends before it listens. */
  readonly controlPort: Promise<number>
  /** Resolves with how it ended. */
  readonly ended: Promise<string>
  /** The last lines that it wrote to standard error. */
  readonly lastLines: readonly string[]
  /** Where a file of this machine is for the program. Throws exit 64 for one that it cannot reach. */
  pathOf(file: string): string
  /** A port that it listens on, as the harness reaches it. */
  published(port: number): number
  /** `host:port` of the same, as the system and its links reach it. */
  upstream(port: number): string
  /** After its connection was closed, which ends it: resolves when it is gone, by force where it must be. */
  gone(): Promise<void>
}

export interface StartServersProgram {
  (setting: { logFile: string; journal: ProcessJournal }): Promise<ServersProgram>
}

/** Starts it as a process of its own on loopback. */
export const startServersProcess: StartServersProgram = async ({ logFile, journal }) => {
  const child = spawn(process.execPath, [...process.execArgv, modulePath(import.meta.url, './main.ts')], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  await once(child, 'spawn')
  const pid = child.pid!
  const step = journal.add({ do: 'signal', pid, startTime: readProcess(pid)!.startTime, signal: 'SIGKILL' })
  const lastLines = captureLog(child, logFile)
  const closed = once(child, 'close')
  const exited = once(child, 'exit').then(([code, signal]) => {
    journal.done(step)
    return `exited with ${signal ?? code}`
  })
  // Its last words may still be in the pipe.
  const ended = exited.then(async how => {
    await Promise.race([closed, sleep(lastWordsLimitMs)])
    return how
  })
  return {
    host: '127.0.0.1',
    controlPort: once(createInterface({ input: child.stdout! }), 'line').then(([line]) => (JSON.parse(line as string) as { port: number }).port),
    ended,
    lastLines,
    pathOf: file => file,
    published: port => port,
    upstream: port => `127.0.0.1:${port}`,
    async gone() {
      const force = setTimeout(() => child.kill('SIGKILL'), killAfterMs)
      await exited
      clearTimeout(force)
    },
  }
}

/** Keeps the last lines of standard error for an error message, and all of it in the log. */
function captureLog(child: ChildProcess, file: string): string[] {
  const last: string[] = []
  child.stderr!.pipe(createWriteStream(file))
  createInterface({ input: child.stderr! }).on('line', line => {
    last.push(line)
    if (last.length > keptLines) last.shift()
  })
  return last
}
