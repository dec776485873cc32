// The undo log of a run: what would have to be undone if the harness died now. Written before the deed, read by the watchdog.
import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { UndoStep } from './fault.ts'

const journalFile = 'journal.jsonl'

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
  /** Steps without a `done`, in the order they were added. */
  undone: { id: number; step: UndoStep }[]
  /** Lines that could not be read, each with why. A torn last line is one of them: its deed never came to pass. */
  unreadable: string[]
}

/** Reads a journal in whatever state its writer's death left it; no journal is an empty one. */
export function readJournal(folder: string): JournalState {
  const undone = new Map<number, UndoStep>()
  const unreadable: string[] = []
  for (const [index, line] of readLines(join(folder, journalFile)).entries()) {
    const entry = parseEntry(line)
    if (entry === undefined) unreadable.push(`line ${index + 1} is torn or no journal entry: ${line.slice(0, 120)}`)
    else if ('done' in entry) undone.delete(entry.done)
    else undone.set(entry.id, entry.step)
  }
  return { undone: [...undone].map(([id, step]) => ({ id, step })), unreadable }
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(line => line !== '')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function parseEntry(line: string): { done: number } | { id: number; step: UndoStep } | undefined {
  try {
    const entry = JSON.parse(line)
    if (typeof entry.done === 'number') return { done: entry.done }
    return typeof entry.id === 'number' && isUndoStep(entry.step) ? { id: entry.id, step: entry.step } : undefined
  } catch {
    return undefined
  }
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
    default:
      return false
  }
}
