/**
 * The watchdog's process. Standard input is a pipe from the harness: when it closes, by a clean release or by any death, every step that
 * the journal holds undone is undone, last first. Usage: watchdog-main.ts <folder of the run>
 */
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { causeOf } from '../errors.ts'
import { readJournal } from './journal.ts'
import { undoJournal } from './undo-journal.ts'

/** All of it together; whatever hangs, this process does not stay. */
const limitMs = 50_000

const folder = process.argv[2]
let said = ''

function log(line: string): void {
  try {
    appendFileSync(join(folder, 'watchdog.log'), `${new Date().toISOString()} ${line}\n`)
  } catch {
    // A full disk or a removed folder must not keep anything from being undone.
  }
}

process.stdin.setEncoding('utf8')
process.stdin.on('data', (text: string) => { said = (said + text).slice(-20) })
process.stdin.once('close', () => void undoAll().catch(error => end(1, `failed: ${causeOf(error)}`)))
process.stdin.once('error', () => process.stdin.destroy())
// The harness reads this once and may be dead at any time after.
process.stdout.on('error', () => {})
process.stdout.write('ready\n')

async function undoAll(): Promise<void> {
  setTimeout(() => end(1, `gave up after ${limitMs} ms`), limitMs)
  log(said.includes('released') ? 'released by the harness' : 'the harness is gone')
  const state = readJournal(folder)
  for (const line of state.unreadable) log(`journal: ${line}`)
  if (state.torn) log('journal: its last line is torn, so what that announced never came to pass')
  const { failures } = await undoJournal(folder, state, ({ step, outcome, failed }) => log(`${JSON.stringify(step)}: ${failed ? 'failed: ' : ''}${outcome}`))
  end(failures === 0 ? 0 : 1, failures === 0 ? 'nothing left to undo' : `${failures} could not be undone`)
}

function end(code: number, line: string): never {
  log(line)
  process.exit(code)
}
