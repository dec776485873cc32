/**
 * The watchdog's process. Standard input is a pipe from the harness: when it closes, by a clean release or by any death, every step that
 * the journal holds undone is undone, last first. Usage: watchdog-main.ts <folder of the run>
 */
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { causeOf } from '../errors.ts'
import { readJournal } from './journal.ts'
import { undo } from './undo.ts'

/** All of it together; whatever hangs, this process does not stay. */
const limitMs = 20_000

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
  const failures = await undoJournal()
  end(failures === 0 ? 0 : 1, failures === 0 ? 'nothing left to undo' : `${failures} could not be undone`)
}

function end(code: number, line: string): never {
  log(line)
  process.exit(code)
}

async function undoJournal(): Promise<number> {
  const { undone, unreadable } = readJournal(folder)
  for (const line of unreadable) log(`journal: ${line}`)
  const silentApis = new Set<string>()
  let failures = 0
  for (const { id, step } of undone.toReversed()) {
    // A proxy that did not answer once is killed further down; waiting for it again would keep the processes from their turn.
    if ('api' in step && silentApis.has(step.api)) continue
    try {
      log(`step ${id} ${JSON.stringify(step)}: ${await undo(step)}`)
    } catch (error) {
      if ('api' in step) silentApis.add(step.api)
      failures += 1
      log(`step ${id} ${JSON.stringify(step)}: failed: ${causeOf(error)}`)
    }
  }
  return failures
}
