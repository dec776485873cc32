// While the run goes on: what a component prints, in one file of bounded size, with its last lines at hand for errors.
import { createWriteStream } from 'node:fs'

const capBytes = 20 * 1024 * 1024
const tailBytes = 8 * 1024
const shownLines = 20
const shownColumns = 300

export interface ComponentLog {
  readonly file: string
  write(chunk: Buffer): void
  /** A line of the harness's own, such as the start of a second process in the same file. */
  note(text: string): void
  lastLines(): string[]
  close(): Promise<void>
}

/** Opens the log of one component; beyond 20 MB what it prints is dropped, and the file says so once. */
export function openComponentLog(file: string): ComponentLog {
  const stream = createWriteStream(file, { flags: 'a' })
  // A full disk must not end the run from here: the last lines are kept in memory all the same.
  stream.on('error', () => {})
  let writtenBytes = 0
  let tail = Buffer.alloc(0)

  function write(chunk: Buffer): void {
    tail = Buffer.concat([tail, chunk]).subarray(-tailBytes)
    if (writtenBytes > capBytes) return
    writtenBytes += chunk.length
    stream.write(writtenBytes > capBytes ? '\n[floodmark: this log has reached its size limit; the rest is dropped]\n' : chunk)
  }
  return {
    file,
    write,
    note: text => write(Buffer.from(`[floodmark: ${text}]\n`)),
    lastLines: () => tail.toString('utf8').trimEnd().split('\n').slice(-shownLines).filter(Boolean).map(line => line.slice(0, shownColumns)),
    close: () => new Promise(resolve => stream.end(() => resolve())),
  }
}
