/**
 * The receiving side of the load bench and of the probes, in a process of its own: a bare `node:net` server that reads whole POSTs, answers 200 at
 * once or after a constant time, and notes when each came and was answered. It costs less a request than any client here, so none is measured by its limits.
 */
import { createServer, Socket, type AddressInfo, type SocketConstructorOpts } from 'node:net'

import { monotonicMs } from '../../../harness/clock.ts'

/** Noted of what came since the last reset. Instants in ms of the shared monotonic clock. */
export interface Arrivals {
  /** Whole requests, all of them, also those beyond what is noted. */
  count: number
  arrivedMs: Float64Array
  answeredMs: Float64Array
  /** The number behind `{"id":` with which an order's JSON begins; 0 in any other body. */
  ids: Float64Array
  /** Longest time in which this process did not run at all: [from, to]. */
  stillMs: readonly [number, number]
}

export type ServerAsk = { ask: 'reset'; answerAfterMs: number; note: boolean } | { ask: 'count' } | { ask: 'arrivals' }
export type ServerAnswer = { port: number } | { done: true } | { count: number } | Arrivals

const maxNoted = 4_000_000
/** As many as the kernel allows by default: a thaw must not find requests that were refused before anyone read them. */
const backlog = 4_096
const heartbeatMs = 1
const ok = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
const headEnd = Buffer.from('\r\n\r\n')
const lengthName = Buffer.from('Content-Length: ')
const idName = Buffer.from('{"id":')
const idDigits = 16
const [zero, nine] = [48, 57]
const buffer = Buffer.allocUnsafeSlow(64 * 1024)

const arrivedMs = new Float64Array(maxNoted)
const answeredMs = new Float64Array(maxNoted)
const ids = new Float64Array(maxNoted)
let count = 0
let noting = false
let answerAfterMs = 0
let stillMs: [number, number] = [0, 0]

/** One client's connection: one request at a time, in any number of pieces. */
function serve(accepted: Socket): void {
  let held: Buffer | undefined
  let missing = 0
  let id = 0
  const socket = readInto(accepted, read)
  socket.setNoDelay(true)
  socket.on('error', () => {})

  function read(piece: Buffer): void {
    if (missing > 0) missing -= piece.length
    else {
      const bytes = held === undefined ? piece : Buffer.concat([held, piece])
      const bodyAt = bytes.indexOf(headEnd) + headEnd.length
      // The id comes with the head, or with the first bytes after it.
      if (bodyAt < headEnd.length || bytes.length < bodyAt + idName.length + idDigits) {
        held = Buffer.from(bytes)
        return
      }
      held = undefined
      id = noting ? readId(bytes, bodyAt) : 0
      missing = bodyAt + readNumber(bytes, bytes.indexOf(lengthName) + lengthName.length) - bytes.length
    }
    if (missing <= 0) take(socket, id)
  }
}

/**
 * The connection, read into one buffer that all share: a buffer for each read would be collected every few milliseconds, and its pauses would stand in the notes
 * as a client's lateness. Node offers that to those who connect only, so that the accepted handle is given to a socket that does.
 */
function readInto(accepted: Socket, read: (piece: Buffer) => void): Socket {
  const options: SocketConstructorOpts = {
    handle: Reflect.get(accepted, '_handle') as SocketConstructorOpts['handle'],
    onread: {
      buffer,
      callback(bytes: number): boolean {
        read(buffer.subarray(0, bytes))
        return true
      },
    },
  }
  Reflect.set(accepted, '_handle', null)
  const socket = new Socket(options)
  socket.resume()
  return socket
}

function take(socket: Socket, id: number): void {
  const number = count++
  if (!noting || number >= maxNoted) return void socket.write(ok)
  arrivedMs[number] = monotonicMs()
  ids[number] = id
  if (answerAfterMs > 0) setTimeout(answer, answerAfterMs, socket, number)
  else answer(socket, number)
}

function answer(socket: Socket, number: number): void {
  answeredMs[number] = monotonicMs()
  socket.write(ok)
}

function readId(bytes: Buffer, at: number): number {
  return bytes.compare(idName, 0, idName.length, at, at + idName.length) === 0 ? readNumber(bytes, at + idName.length) : 0
}

function readNumber(bytes: Buffer, from: number): number {
  let value = 0
  for (let at = from; bytes[at] >= zero && bytes[at] <= nine; at++) value = value * 10 + bytes[at] - zero
  return value
}

/** A stopped process can't say when it was stopped: what it sees is a heartbeat that stayed away. */
function watchStillness(): void {
  let lastMs = monotonicMs()
  setInterval(() => {
    const nowMs = monotonicMs()
    if (nowMs - lastMs > stillMs[1] - stillMs[0]) stillMs = [lastMs, nowMs]
    lastMs = nowMs
  }, heartbeatMs)
}

function carryOut(message: ServerAsk): ServerAnswer {
  switch (message.ask) {
    case 'reset':
      count = 0
      noting = message.note
      answerAfterMs = message.answerAfterMs
      stillMs = [0, 0]
      return { done: true }
    case 'count':
      return { count }
    case 'arrivals': {
      const noted = Math.min(count, maxNoted)
      return { count, arrivedMs: arrivedMs.slice(0, noted), answeredMs: answeredMs.slice(0, noted), ids: ids.slice(0, noted), stillMs }
    }
  }
}

const server = createServer({ pauseOnConnect: true }, serve)
server.listen({ port: 0, host: '127.0.0.1', backlog }, () => process.send!({ port: (server.address() as AddressInfo).port }))
process.on('message', message => process.send!(carryOut(message as ServerAsk)))
process.on('disconnect', () => process.exit(0))
watchStillness()
