// Attempts after an event's first, to disk while the run goes on and back for whoever judges or tells an order's story. Format: attempts.ts.
import { closeSync, openSync, readSync, write, writeSync } from 'node:fs'
import { join, parse } from 'node:path'
import { promisify } from 'node:util'

import { FloodmarkError } from '../errors.ts'
import { attemptBytes, type Attempt } from './attempts.ts'

const chunkBytes = 4_096 * attemptBytes
/** Chunks on their way to the disk at once. A disk slower than that is waited for: no attempt is dropped, no queue grows. */
const maxChunksInFlight = 16

/** Appends attempts in the order in which they ended. Not for two writers at once. */
export class AttemptWriter {
  readonly #path: string
  readonly #file: number
  #chunk = Buffer.allocUnsafe(chunkBytes)
  #used = 0
  #position = 0
  #failure: unknown
  readonly #inFlight = new Set<Promise<void>>()

  /** Creates the file, or empties it. */
  constructor(path: string) {
    this.#path = path
    this.#file = openSync(path, 'w')
  }

  /** Throws when an earlier chunk could not be written. */
  append(event: number, sent: number, ended: number, status: number, number: number, outcome: number): void {
    const chunk = this.#chunk
    const at = this.#used
    chunk.writeUInt32LE(event, at)
    chunk.writeUInt32LE(sent, at + 4)
    chunk.writeUInt32LE(ended, at + 8)
    chunk.writeUInt16LE(status, at + 12)
    chunk[at + 14] = number
    chunk[at + 15] = outcome
    this.#used += attemptBytes
    if (this.#used === chunkBytes) this.#writeChunk()
  }

  /** Resolves when all that was appended is in the file, for any reader. */
  async flush(): Promise<void> {
    if (this.#used > 0) this.#writeChunk()
    await Promise.all(this.#inFlight)
    this.#throwFailure()
  }

  /** Flushes and closes; safe to call after a failure. */
  async close(): Promise<void> {
    try {
      await this.flush()
    } finally {
      closeSync(this.#file)
    }
  }

  #writeChunk(): void {
    this.#throwFailure()
    const bytes = this.#chunk.subarray(0, this.#used)
    const position = this.#position
    this.#position += this.#used
    this.#used = 0
    if (this.#inFlight.size < maxChunksInFlight) {
      this.#chunk = Buffer.allocUnsafe(chunkBytes)
      const written = this.#writeLater(bytes, position).finally(() => this.#inFlight.delete(written))
      this.#inFlight.add(written)
    } else this.#writeNow(bytes, position)
  }

  async #writeLater(bytes: Buffer, position: number): Promise<void> {
    try {
      for (let done = 0; done < bytes.length;) done += (await writeAt(this.#file, bytes, done, bytes.length - done, position + done)).bytesWritten
    } catch (error) {
      this.#failure ??= error
    }
  }

  #writeNow(bytes: Buffer, position: number): void {
    try {
      for (let done = 0; done < bytes.length;) done += writeSync(this.#file, bytes, done, bytes.length - done, position + done)
    } catch (error) {
      this.#failure ??= error
    }
    this.#throwFailure()
  }

  #throwFailure(): void {
    if (this.#failure === undefined) return
    throw new FloodmarkError('unavailable', `attempts could not be written to ${this.#path}`, { hint: 'Free space on that disk, or choose another with --out.', cause: this.#failure })
  }
}

const writeAt = promisify(write)

/** The files of a run's sender threads, the first of them the path itself: `attempts.bin`, `attempts-2.bin`. All attempts of an event are in the same one. */
export function attemptFiles(path: string, senders: number): string[] {
  const { dir, name, ext } = parse(path)
  return Array.from({ length: senders }, (_, sender) => (sender === 0 ? path : join(dir, `${name}-${sender + 1}${ext}`)))
}

/**
 * Every attempt of the files, one file after the other and in each in the order in which they ended, as often as it is iterated; always the same object, so copy
 * what is to be kept. What a crash cut off within an attempt's 16 bytes is left out.
 */
export function readAttempts(...paths: string[]): Iterable<Readonly<Attempt>> {
  return {
    * [Symbol.iterator]() {
      for (const path of paths) yield* iterate(path)
    },
  }
}

function* iterate(path: string): Generator<Readonly<Attempt>> {
  const file = openSync(path, 'r')
  try {
    const chunk = Buffer.allocUnsafe(chunkBytes)
    const attempt: Attempt = { event: 0, number: 0, sent: 0, ended: 0, status: 0, outcome: 0 }
    for (let position = 0; ;) {
      const bytes = readSync(file, chunk, 0, chunkBytes, position)
      const whole = bytes - (bytes % attemptBytes)
      if (whole === 0) return
      for (let at = 0; at < whole; at += attemptBytes) yield decode(chunk, at, attempt)
      position += whole
    }
  } finally {
    closeSync(file)
  }
}

function decode(bytes: Buffer, at: number, into: Attempt): Attempt {
  into.event = bytes.readUInt32LE(at)
  into.sent = bytes.readUInt32LE(at + 4)
  into.ended = bytes.readUInt32LE(at + 8)
  into.status = bytes.readUInt16LE(at + 12)
  into.number = bytes[at + 14]
  into.outcome = bytes[at + 15]
  return into
}
