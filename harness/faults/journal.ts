// The undo log of a run: what would have to be undone if the harness died now. Written before the deed, read by the watchdog and by `floodmark heal`.
import { appendFileSync, closeSync, fdatasyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { isEngineAddress } from '../environment/containers/engine-request.ts'
import { readProcess } from '../environment/process-tree.ts'
import type { UndoStep } from '../environment/undo-step.ts'

export const journalFile = 'journal.jsonl'

/** Who writes a journal: a process by pid and start time, and the boot of the machine that both belong to. */
export interface JournalOwner {
  pid: number
  startTime: string
  bootId: string
}

export interface Journal {
  /** On disk when this returns (fdatasync), so that the deed may follow. The number names the step for `done`. */
  add(step: UndoStep): number
  /** It has been undone, or is no longer needed. Not synced: undoing twice does no harm. */
  done(id: number): void
  /** Safe to call twice; afterwards `done` and `add` throw. */
  close(): void
}

/** Begins the journal of a run in its folder, as `journal.jsonl`. Throws where there is one already: a run's folder is its own. */
export function openJournal(folder: string): Journal {
  const file = openSync(join(folder, journalFile), 'ax')
  const owner: JournalOwner = { pid: process.pid, startTime: readProcess(process.pid)!.startTime, bootId: bootId() }
  writeSync(file, `${JSON.stringify({ owner })}\n`)
  let steps = 0
  let open = true
  return {
    add(step) {
      steps += 1
      writeSync(file, `${JSON.stringify({ id: steps, step })}\n`)
      fdatasyncSync(file)
      return steps
    },
    done(id) {
      writeSync(file, `${JSON.stringify({ done: id })}\n`)
    },
    close() {
      if (open) closeSync(file)
      open = false
    },
  }
}

export interface JournalState {
  /** Undefined where its line was lost. */
  owner: JournalOwner | undefined
  /** Steps without a `done`, in the order they were added. */
  undone: { id: number; step: UndoStep }[]
  /** Lines that could not be read, each with why: what they announced is not known. */
  unreadable: string[]
  /** The last line has no end: its writer died in the middle of it, so what it announced never came to pass. */
  torn: boolean
}

/** Reads a journal in whatever state its writer's death left it; no journal is an empty one. */
export function readJournal(folder: string): JournalState {
  const undone = new Map<number, UndoStep>()
  const unreadable: string[] = []
  let owner: JournalOwner | undefined
  const lines = readText(join(folder, journalFile)).split('\n')
  const torn = lines.pop() !== ''
  for (const [index, line] of lines.entries()) {
    if (line === '') continue
    const entry = parseEntry(line)
    if (entry === undefined) unreadable.push(`line ${index + 1} is no journal entry: ${line.slice(0, 120)}`)
    else if ('owner' in entry) owner = entry.owner
    else if ('done' in entry) undone.delete(entry.done)
    else undone.set(entry.id, entry.step)
  }
  return { owner, undone: [...undone].map(([id, step]) => ({ id, step })), unreadable, torn }
}

/** Writes down, in a journal that its owner has left, that steps have been undone. */
export function noteUndone(folder: string, ids: readonly number[]): void {
  if (ids.length === 0) return
  const file = join(folder, journalFile)
  const bytes = readFileSync(file)
  // A torn last line announced nothing, and what is written behind it would be torn too.
  truncateSync(file, bytes.lastIndexOf(0x0a) + 1)
  appendFileSync(file, ids.map(done => `${JSON.stringify({ done })}\n`).join(''))
}

/** Of this boot of the machine: a pid and a start time mean nothing after the next one. */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

function parseEntry(line: string): { owner: JournalOwner } | { done: number } | { id: number; step: UndoStep } | undefined {
  try {
    const entry = JSON.parse(line)
    if (isOwner(entry.owner)) return { owner: entry.owner }
    if (typeof entry.done === 'number') return { done: entry.done }
    return typeof entry.id === 'number' && isUndoStep(entry.step) ? { id: entry.id, step: entry.step } : undefined
  } catch {
    return undefined
  }
}

function isOwner(owner: any): owner is JournalOwner {
  return Number.isInteger(owner?.pid) && typeof owner.startTime === 'string' && typeof owner.bootId === 'string'
}

function isUndoStep(step: any): step is UndoStep {
  switch (step?.do) {
    case 'enable-proxy':
    case 'remove-toxics':
      return typeof step.api === 'string' && typeof step.proxy === 'string'
    case 'signal':
      return Number.isInteger(step.pid) && step.pid > 1 && typeof step.startTime === 'string' && (step.signal === 'SIGCONT' || step.signal === 'SIGKILL')
    case 'remove-folder':
      return typeof step.path === 'string'
    case 'remove-containers':
      return typeof step.runId === 'string' && isEngineAddress(step.engine)
    default:
      return false
  }
}
