/**
 * The program beside a disk of limited size, in a container of its own that keeps the disk mounted while its component is dead. Over HTTP on PORT it is told
 * `POST /fill` (take all that is free in FOLDER, and whatever becomes free), `POST /release` (give it back) and `GET /`; each answer is a DiskState.
 */
import { closeSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { DiskState } from '../container-control.ts'

const folder = process.env.FOLDER!
const filler = join(folder, 'floodmark-filler')
const trial = join(folder, 'floodmark-trial')
const trialBytes = 4_096
/** What the component frees is gone again before it can have written much to it. */
const refillEveryMs = 20
const chunk = Buffer.alloc(1024 * 1024)

let file: number | undefined
let filledBytes = 0

/** Writes until not one more page can be had. */
function takeAll(): void {
  for (let bytes = chunk.length; bytes >= trialBytes && file !== undefined;) {
    try {
      filledBytes += writeSync(file, chunk, 0, bytes)
    } catch (error) {
      if (codeOf(error) !== 'ENOSPC') throw error
      bytes /= 2
    }
  }
}

function fill(): void {
  file ??= openSync(filler, 'w')
  takeAll()
}

function release(): void {
  if (file === undefined) return
  closeSync(file)
  rmSync(filler)
  file = undefined
  filledBytes = 0
}

function state(): DiskState {
  return { isFilling: file !== undefined, filledBytes, refusal: tryWriting() }
}

function tryWriting(): string | undefined {
  try {
    writeFileSync(trial, chunk.subarray(0, trialBytes))
    return undefined
  } catch (error) {
    return codeOf(error)
  } finally {
    rmSync(trial, { force: true })
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error)
}

setInterval(takeAll, refillEveryMs)
createServer((request, response) => {
  if (request.url === '/fill') fill()
  if (request.url === '/release') release()
  response.end(JSON.stringify(state()))
}).listen(Number(process.env.PORT), '0.0.0.0')
process.once('SIGTERM', () => process.exit(0))
