// Undoing all that a run's journal holds undone, last first: by the watchdog when the harness has died, by `floodmark heal` when both have.
import type { UndoStep } from '../environment/undo-step.ts'
import { causeOf } from '../errors.ts'
import { bootId, noteUndone, type JournalState } from './journal.ts'
import { undo } from './undo.ts'

/** One step and what came of it; `failure` where it could not be undone. */
export interface Undone {
  step: UndoStep
  outcome: string
  failed: boolean
}

/** Undoes every step, tells each as it ends, and writes down which are done. A step that fails never keeps the next from its turn. */
export async function undoJournal(folder: string, { undone, owner }: JournalState, tell: (undone: Undone) => void): Promise<{ failures: number }> {
  const silentApis = new Set<string>()
  const done: number[] = []
  let failures = 0
  for (const { id, step } of undone.toReversed()) {
    // A proxy that did not answer once is killed further down; waiting for it again would keep the processes from their turn.
    if ('api' in step && silentApis.has(step.api)) continue
    try {
      const outcome = diedWithItsBoot(step, owner?.bootId) ? 'gone: the machine has been started anew since' : await undo(step)
      done.push(id)
      tell({ step, outcome, failed: false })
    } catch (error) {
      if ('api' in step) silentApis.add(step.api)
      failures += 1
      tell({ step, outcome: causeOf(error), failed: true })
    }
  }
  noteUndone(folder, done)
  return { failures }
}

/** Folders outlive the machine's next start, and so do containers, as stopped ones, with their volumes and networks; an engine elsewhere never noticed it. */
function diedWithItsBoot(step: UndoStep, ownersBootId: string | undefined): boolean {
  return step.do !== 'remove-folder' && step.do !== 'remove-containers' && ownersBootId !== undefined && ownersBootId !== bootId()
}
