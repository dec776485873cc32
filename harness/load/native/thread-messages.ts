// What the main thread and the sender's thread say to each other.
import { causeOf, FloodmarkError } from '../../errors.ts'
import type { ExitName } from '../../exit-codes.ts'
import type { HistoryShape } from '../../history/history.ts'
import type { EngineOptions, Part, PlatformFault, PlatformFaults } from '../engine.ts'
import type { Address } from './connection.ts'
import type { ThreadReport } from './thread-report.ts'

/** Handed over when the thread starts: its own share of plan and sockets. The history and the counters are shared memory. */
export interface SenderThreadData {
  name: string
  options: Omit<EngineOptions, 'history' | 'senders'>
  history: HistoryShape
  address: Address
  counters: Uint32Array<SharedArrayBuffer>
  disturbanceCells: Uint32Array<SharedArrayBuffer>
}

export type Call = { name: 'send'; part: Part; elsewhere: boolean } | { name: 'take'; attempts: Float64Array } | { name: 'sendRest'; from: number } | { name: 'disturb'; fault: PlatformFault; parameters: PlatformFaults[PlatformFault] | undefined } | { name: 'finish' } | { name: 'report' } | { name: 'ping' } | { name: 'close' }

/** Each request is answered once, with its id. */
export interface ThreadRequest {
  id: number
  call: Call
}

export type ThreadAnswer = { kind: 'ready' } | { kind: 'done'; id: number; report: ThreadReport | undefined } | { kind: 'failed'; failure: Failure }

/** An error that crosses the threads: structured clone would drop what a FloodmarkError adds. */
export interface Failure {
  exit: ExitName
  message: string
  hint: string | undefined
  stack: string | undefined
}

export function failureOf(error: unknown, name: string): Failure {
  const stack = error instanceof Error ? error.stack : undefined
  if (error instanceof FloodmarkError) return { exit: error.exit, message: causeOf(error), hint: error.hint, stack }
  return { exit: 'internal', message: `${name}'s thread crashed: ${causeOf(error)}`, hint: undefined, stack }
}

export function errorOf({ exit, message, hint, stack }: Failure): FloodmarkError {
  return new FloodmarkError(exit, message, { hint, evidence: exit === 'internal' && stack !== undefined ? stack.split('\n').slice(0, 6) : [] })
}
