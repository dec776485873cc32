import { exitCode, type ExitName } from './exit-codes.ts'

/** What the user can be told: what happened, the evidence, and the next step. Anything else that is thrown is a bug (exit 70). */
export class FloodmarkError extends Error {
  readonly exit: ExitName
  /** The next step: what to change or which line to run. */
  readonly hint: string | undefined
  /** Lines that show it: a component's last log lines, the problems of a file. Never secrets or payloads. */
  readonly evidence: readonly string[]

  constructor(exit: ExitName, message: string, more: { hint?: string; evidence?: readonly string[]; cause?: unknown } = {}) {
    super(message, { cause: more.cause })
    this.name = 'FloodmarkError'
    this.exit = exit
    this.hint = more.hint
    this.evidence = more.evidence ?? []
  }

  get exitCode(): number {
    return exitCode(this.exit)
  }
}

/** The text of anything that was thrown, with its causes, for a message that must not lose the last cause. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const inner = error instanceof AggregateError ? error.errors.map(causeOf).join('; ') : undefined
  const text = error.message || inner || error.name
  return error.cause === undefined ? text : `${text}: ${causeOf(error.cause)}`
}
