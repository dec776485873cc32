// How the process ends, whatever happens: one exit code of the table, everything thrown told in the user's terms, and never
// Node's own exit code 1, which would read as a broken invariant.
import { setImmediate } from 'node:timers/promises'
import { CommanderError } from 'commander'
import { sleep } from '../clock.ts'
import { causeOf, FloodmarkError } from '../errors.ts'
import { exitCode, type ExitName } from '../exit-codes.ts'

/** A run that is stopped after an error that nobody caught has this long: healing and ending are bounded, but by then a part of floodmark is broken. */
const orderlyLimitMs = 20_000

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Set once a command has said how it ended; the first word counts. */
let ending: Promise<never> | undefined
/** The command's own work. */
let working: Promise<unknown> | undefined
let crashed = false

/**
 * The signal that every command stops at. Ctrl-C, SIGTERM and a closed terminal abort it once; a second one changes nothing, since what
 * it would cut short is the healing of faults and the end of what was started, and both are bounded.
 */
export function stopOnSignals(): AbortSignal {
  const controller = new AbortController()
  for (const name of endingSignals) {
    process.on(name, () => {
      if (controller.signal.aborted) return
      process.stderr.write('\nstopping… healing faults and ending everything that was started\n')
      controller.abort(new FloodmarkError('interrupted', 'interrupted', { hint: 'everything was healed and stopped' }))
    })
  }
  process.on('uncaughtException', error => void crash(error, controller))
  process.on('unhandledRejection', error => void crash(error, controller))
  // Whoever reads the output may stop early (`| head`), and a terminal may be gone: no reason to fail, and nobody left to tell.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  return controller.signal
}

/** For a command that starts nothing: Ctrl-C ends it at once, even while it computes, with what the shell calls 130. */
export async function dieOnSignals(signal: AbortSignal): Promise<void> {
  // One that has come already is only heard of when the loop turns, and would be lost with its listener.
  await setImmediate()
  signal.throwIfAborted()
  for (const name of endingSignals) process.removeAllListeners(name)
}

/** Says what nobody caught, and ends as at Ctrl-C: what runs is stopped in order. Where that hangs, or throws again, the watchdog does the rest. */
async function crash(thrown: unknown, controller: AbortController): Promise<void> {
  tell(thrown)
  if (crashed) return
  crashed = true
  controller.abort(new FloodmarkError('internal', 'ended by the error above', { hint: 'everything was healed and stopped' }))
  await Promise.race([working?.catch(() => {}), sleep(orderlyLimitMs)])
  await end(() => exitCode('internal'))
}

/** Does the work of a command and ends the process with what it came to. */
export async function endWith(work: () => Promise<unknown>): Promise<void> {
  try {
    const name = await (working = work())
    if (typeof name === 'string') await end(() => exitCode(name as ExitName))
  } catch (error) {
    await end(() => tell(error))
  }
}

/** Ends once what was written has left the process. */
async function end(code: () => number): Promise<never> {
  ending ??= (async () => {
    const exit = crashed ? exitCode('internal') : code()
    await Promise.all([process.stdout, process.stderr].map(stream => new Promise(resolve => stream.write('', resolve))))
    process.exit(exit)
  })()
  return await ending
}

/** Says what was thrown, on standard error, and returns the exit code it stands for. */
export function tell(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCode('usage')
  if (error instanceof FloodmarkError) {
    const lines = [`floodmark: ${error.message}`, ...error.evidence.map(line => `  ${line}`), ...(error.hint === undefined ? [] : [`→ ${error.hint}`])]
    process.stderr.write(`${lines.join('\n')}\n`)
    return error.exitCode
  }
  const stack = error instanceof Error && error.stack !== undefined ? error.stack : String(error)
  process.stderr.write(`floodmark: a bug of its own, not of your scenario or system: ${causeOf(error)}\n${stack}\n→ please report it with these lines, the command and \`floodmark doctor --json\`\n`)
  return exitCode('internal')
}
