// What the main thread and the sender's thread say to each other.
import { causeOf, FloodmarkError } from '../../errors.ts'
import type { ExitName } from '../../exit-codes.ts'
import type { HistoryShape } from '../../history/history.ts'
import type { EngineOptions, Part, PlatformFault, PlatformFaults, SenderReport } from '../engine.ts'
import type { Address } from './connection.ts'

/** Handed over when the thread starts. The history and the counters are shared memory. */
export interface SenderThreadData {
  options: Omit<EngineOptions, 'history'>
  history: HistoryShape
  address: Address
  counters: Uint32Array<SharedArrayBuffer>
  disturbanceCells: Uint32Array<SharedArrayBuffer>
}

export type Call = { name: 'send'; part: Part; elsewhere: boolean } | { name: 'take'; attempts: Float64Array } | { name: 'sendRest'; from: number } | { name: 'disturb'; fault: PlatformFault; parameters: PlatformFaults[PlatformFault] | undefined } | { name: 'finish' } | { name: 'report' } | { name: 'close' }

/** Each request is answered once, with its id. */
export interface ThreadRequest {
  id: number
  call: Call
}

export type ThreadAnswer = { kind: 'ready' } | { kind: 'done'; id: number; report: SenderReport | undefined } | { kind: 'failed'; failure: Failure }

/** An error that crosses the threads: structured clone would drop what a FloodmarkError adds. */
export interface Failure {
  exit: ExitName
  message: string
  hint: string | undefined
  stack: string | undefined
}

export function failureOf(error: unknown): Failure {
  const stack = error instanceof Error ? error.stack : undefined
  if (error instanceof FloodmarkError) return { exit: error.exit, message: causeOf(error), hint: error.hint, stack }
  return { exit: 'internal', message: `the sender's thread crashed: ${causeOf(error)}`, hint: undefined, stack }
}

export function errorOf({ exit, message, hint, stack }: Failure): FloodmarkError {
  return new FloodmarkError(exit, message, { hint, evidence: exit === 'internal' && stack !== undefined ? stack.split('\n').slice(0, 6) : [] })
}
