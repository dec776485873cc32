// One kept-alive connection to the intake: a hand-written HTTP/1.1 client with one request at a time, and the classification of how each attempt ended.
import { connect, type Socket } from 'node:net'

import { monotonicMs } from '../../clock.ts'
import { FloodmarkError } from '../../errors.ts'
import { ACKED, INDETERMINATE, REFUSED } from '../../history/history.ts'
import type { Outbox } from './outbox.ts'
import { ResponseParser, WHOLE, MORE } from './response-parser.ts'

export const CLOSED = 0
export const CONNECTING = 1
export const AWAITING = 2
export const IDLE = 3
/** Its request is in the outbox. */
export const READY = 4

/** Errors of this machine, not of the system under test: counting them as refusals would blame the wrong one. */
const ownLimits = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM', 'EACCES', 'EPERM'])

/** Reading is over when the callback returns, so all connections of the thread read into one buffer. */
const readBuffer = Buffer.alloc(65_536)

export interface Address {
  host: string
  port: number
}

/** What a connection asks of whoever holds it. */
export interface ConnectionOwner {
  readonly outbox: Pick<Outbox, 'add' | 'flush'>
  readonly refusedStatuses: ReadonlySet<number>
  readonly totalTimeoutMs: number
  onConnected(connection: Connection): void
  /** Called once an attempt, at the instant at which it begins on the network: `startedMs`. */
  onSent(connection: Connection): void
  /** Called once an attempt, when the connection is IDLE or CLOSED again. */
  onEnded(connection: Connection, outcome: number, status: number, endedMs: number): void
  /** An idle connection is gone. */
  onIdleClosed(connection: Connection): void
}

/** Lives as long as its slot: when the socket is gone the next attempt opens a new one. */
export class Connection {
  readonly slot: number
  state = CLOSED
  /** The attempt under way, or the last one. */
  event = 0
  number = 0
  startedMs = 0
  endedMs = 0
  /** When the socket was opened, and whether it ever answered. */
  openedMs = 0
  answered = false
  #socket: Socket | undefined
  readonly #owner: ConnectionOwner
  readonly #address: Address
  readonly #parser = new ResponseParser()

  constructor(slot: number, address: Address, owner: ConnectionOwner) {
    this.slot = slot
    this.#address = address
    this.#owner = owner
  }

  /** Begins an attempt on an IDLE or CLOSED connection. On an idle one it leaves with the outbox; the time to connect is part of the attempt. */
  start(event: number, number: number, startedMs: number): void {
    this.event = event
    this.number = number
    this.startedMs = startedMs
    this.#parser.reset()
    if (this.state === IDLE) {
      this.state = READY
      this.#owner.outbox.add(this)
    } else {
      this.#open()
      this.#owner.onSent(this)
    }
  }

  /** Sends the request of the attempt; whether the kernel has taken all of it. */
  write(request: Buffer): boolean {
    const socket = this.#socket!
    if (this.state === READY) {
      this.startedMs = monotonicMs()
      this.#owner.onSent(this)
    }
    this.state = AWAITING
    socket.write(request)
    return socket.writableLength === 0
  }

  /** The attempt's time is up: while connecting no byte was sent, after that it may still take effect. */
  timeOut(nowMs: number): void {
    this.#end(this.state === CONNECTING ? REFUSED : INDETERMINATE, nowMs, false)
  }

  /** Closes the socket; nothing of it is heard of again. */
  close(): void {
    const socket = this.#socket
    this.#socket = undefined
    this.state = CLOSED
    socket?.destroy()
  }

  #open(): void {
    this.state = CONNECTING
    this.openedMs = this.startedMs
    this.answered = false
    const socket = connect({
      host: this.#address.host,
      port: this.#address.port,
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (length: number) => {
          if (this.#socket === socket) this.#receive(length)
          return true
        },
      },
    })
    this.#socket = socket
    // A socket that was given up still reports its end: only the one in use is listened to.
    socket.on('connect', () => {
      if (this.#socket === socket) this.#connected()
    })
    socket.on('end', () => {
      if (this.#socket === socket) this.#ended()
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (this.#socket === socket) this.#failed(error)
    })
    socket.on('close', () => {
      if (this.#socket === socket) this.#failed(undefined)
    })
  }

  #connected(): void {
    this.#owner.onConnected(this)
    this.#owner.outbox.add(this)
    this.#owner.outbox.flush()
  }

  #receive(length: number): void {
    this.answered = true
    if (this.state !== AWAITING) return this.#unasked()
    const progress = this.#parser.push(readBuffer, length)
    if (progress === MORE) return
    const nowMs = monotonicMs()
    if (progress === WHOLE) this.#end(this.#classify(nowMs), nowMs, this.#parser.keepAlive && this.#socket!.writableLength === 0)
    else this.#end(INDETERMINATE, nowMs, false)
  }

  /** The server sends no more. That ends a response without a length; any other is cut off. */
  #ended(): void {
    if (this.state !== AWAITING) return this.#unasked()
    const nowMs = monotonicMs()
    this.#end(this.#parser.end() === WHOLE ? this.#classify(nowMs) : INDETERMINATE, nowMs, false)
  }

  #failed(error: NodeJS.ErrnoException | undefined): void {
    if (this.state === IDLE) return this.#unasked()
    if (this.state === CONNECTING && error?.code !== undefined && ownLimits.has(error.code)) {
      throw new FloodmarkError('invalid', 'this machine could not open another connection, so the flood was not sent as planned', {
        hint: error.code === 'EADDRNOTAVAIL' ? 'Lower the rate or maxSockets: the ports of one address are used up.' : 'Raise the limit of open files (ulimit -n), or lower maxSockets.',
        cause: error,
      })
    }
    // Once a request was written, even on a connection that the server had just closed, nobody can prove that it was not read.
    this.#end(this.state === CONNECTING ? REFUSED : INDETERMINATE, monotonicMs(), false)
  }

  /** Closed, or spoken to, while idle: of no further use. */
  #unasked(): void {
    this.close()
    this.#owner.onIdleClosed(this)
  }

  /** How a whole response ends an attempt. One that came after the deadline is too late to be relied on. */
  #classify(nowMs: number): number {
    const { status } = this.#parser
    if (nowMs - this.startedMs > this.#owner.totalTimeoutMs) return INDETERMINATE
    if (status >= 200 && status < 300) return ACKED
    return this.#owner.refusedStatuses.has(status) ? REFUSED : INDETERMINATE
  }

  #end(outcome: number, endedMs: number, reusable: boolean): void {
    const { status } = this.#parser
    this.endedMs = endedMs
    if (reusable) this.state = IDLE
    else this.close()
    this.#owner.onEnded(this, outcome, status, endedMs)
  }
}
