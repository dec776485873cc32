// One run as a process of its own, for whoever runs many: a crash costs that one, and two at a time share no event loop.
import { spawn } from 'node:child_process'
import { runRecord, type RunRecord } from '../reports/record.ts'
import { FloodmarkError } from './errors.ts'
import { modulePath } from './module-path.ts'

export interface ChildRunOptions {
  seed: number
  /** Folder that the run's own folder is made in. */
  out: string
  /** Ends the run as Ctrl-C would. */
  signal: AbortSignal
  /** Whether that is all there is to learn, or another run may tell more. */
  saysSomething: (record: RunRecord) => boolean
}

export interface ChildRun {
  /** Undefined where the run came to no record. */
  record: RunRecord | undefined
  /** The last lines that it said, for whoever must tell why there is no record. */
  lastLines: string[]
  /** Runs that it took. */
  tries: number
}

/** A run that says nothing, because its machine was busy or its sample too thin, is done again this often in all. */
const mostTries = 3
const keptBytes = 16_384
const toldLines = 12
/** A command that has been told to stop heals and ends within this (process-end.ts), or its watchdog does the rest. */
const stopLimitMs = 60_000

/** Runs a scenario file through the command itself, again where the run came to no record or to one that says nothing. Rejects only where the command cannot be started. */
export async function runInChild(scenarioFile: string, options: ChildRunOptions): Promise<ChildRun> {
  for (let tries = 1; ; tries++) {
    const { record, lastLines } = await runOnce(scenarioFile, options)
    if (tries === mostTries || options.signal.aborted || (record !== undefined && options.saysSomething(record))) return { record, lastLines, tries }
  }
}

async function runOnce(scenarioFile: string, { seed, out, signal }: ChildRunOptions): Promise<Omit<ChildRun, 'tries'>> {
  signal.throwIfAborted()
  const child = spawn(process.execPath, [modulePath(import.meta.url, './cli.ts'), 'run', scenarioFile, '--seed', String(seed), '--out', out, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text })
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr = (stderr + text).slice(-keptBytes) })
  let limit: NodeJS.Timeout | undefined
  const stop = (): void => {
    child.kill('SIGINT')
    limit = setTimeout(() => child.kill('SIGKILL'), stopLimitMs)
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    await new Promise((resolve, reject) => {
      child.once('error', error => reject(new FloodmarkError('internal', `a run could not be started: ${error.message}`, { cause: error })))
      child.once('close', resolve)
    })
    return { record: readRecord(stdout), lastLines: stderr.trimEnd().split('\n').slice(-toldLines) }
  } finally {
    clearTimeout(limit)
    signal.removeEventListener('abort', stop)
  }
}

function readRecord(stdout: string): RunRecord | undefined {
  const line = stdout.trim()
  return line === '' ? undefined : runRecord.parse(JSON.parse(line))
}
