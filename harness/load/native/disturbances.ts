// What the platform does wrong at present, as the sender's thread was told, and how many webhooks met it. The main thread reads the numbers while it runs.
import { platformFaults, type PlatformFault, type PlatformFaults } from '../engine.ts'

/** Two cells a fault: whether it is in force, and what has met it since the thread began. */
export function createDisturbanceCells(): Uint32Array<SharedArrayBuffer> {
  return new Uint32Array(new SharedArrayBuffer(2 * platformFaults.length * Uint32Array.BYTES_PER_ELEMENT))
}

export function readDisturbance(cells: Uint32Array, fault: PlatformFault): { inForce: boolean; met: number } {
  const at = 2 * platformFaults.indexOf(fault)
  return { inForce: cells[at] === 1, met: cells[at + 1] }
}

export class Disturbances {
  /** Whether anything is in force: all that sending asks where nothing is. */
  any = false
  readonly #cells: Uint32Array
  readonly #inForce: Partial<PlatformFaults> = {}

  constructor(cells: Uint32Array) {
    this.#cells = cells
  }

  /** Puts a fault in force, or ends it. */
  set<F extends PlatformFault>(fault: F, parameters: PlatformFaults[F] | undefined): void {
    if (parameters === undefined) delete this.#inForce[fault]
    else this.#inForce[fault] = parameters
    this.any = Object.keys(this.#inForce).length > 0
    this.#cells[2 * platformFaults.indexOf(fault)] = parameters === undefined ? 0 : 1
  }

  /** What a fault in force takes, or undefined. */
  of<F extends PlatformFault>(fault: F): PlatformFaults[F] | undefined {
    return this.#inForce[fault]
  }

  meet(fault: PlatformFault, webhooks = 1): void {
    this.#cells[2 * platformFaults.indexOf(fault) + 1] += webhooks
  }
}
