// The sender's sockets: bounded, kept alive, the one used last first; and the deadlines of what is under way on them.
import { CLOSED, Connection, IDLE, type Address, type ConnectionOwner } from './connection.ts'
import { SlotList } from './slot-list.ts'

/**
 * Sockets opened within `freshMs` that have not answered yet. The kernel completes handshakes that the server has not accepted: without this
 * bound a late burst floods the accept queue (511 in Node), SYNs are lost and events never go out. A hanging server still gets 12,800 new ones a second.
 */
const maxFresh = 256
const freshMs = 20

/** Idle sockets are closed before a server does it (Node's default is 5 s): a request that meets a closing socket is indeterminate for no reason of the system's. */
const maxIdleMs = 4_000

export interface PoolOptions {
  address: Address
  maxSockets: number
  connectTimeoutMs: number
  totalTimeoutMs: number
  refusedStatuses: readonly number[]
  outbox: ConnectionOwner['outbox']
  onSent: ConnectionOwner['onSent']
  onEnded: ConnectionOwner['onEnded']
}

export class ConnectionPool implements ConnectionOwner {
  readonly outbox: ConnectionOwner['outbox']
  readonly onSent: ConnectionOwner['onSent']
  readonly refusedStatuses: ReadonlySet<number>
  readonly totalTimeoutMs: number
  readonly #connectTimeoutMs: number
  readonly #report: ConnectionOwner['onEnded']
  readonly #connections: Connection[]
  readonly #closed: SlotList
  readonly #idle: SlotList
  /** By the instant at which the attempt began, so that the first has the next deadline. A connecting one is in both. */
  readonly #underWay: SlotList
  readonly #connecting: SlotList
  /** By the instant of opening. */
  readonly #fresh: SlotList

  constructor({ address, maxSockets, connectTimeoutMs, totalTimeoutMs, refusedStatuses, outbox, onSent, onEnded }: PoolOptions) {
    this.outbox = outbox
    this.onSent = onSent
    this.refusedStatuses = new Set(refusedStatuses)
    this.totalTimeoutMs = totalTimeoutMs
    this.#connectTimeoutMs = connectTimeoutMs
    this.#report = onEnded
    this.#connections = Array.from({ length: maxSockets }, (_, slot) => new Connection(slot, address, this))
    this.#closed = new SlotList(maxSockets)
    this.#idle = new SlotList(maxSockets)
    this.#underWay = new SlotList(maxSockets)
    this.#connecting = new SlotList(maxSockets)
    this.#fresh = new SlotList(maxSockets)
    for (let slot = 0; slot < maxSockets; slot++) this.#closed.add(slot)
  }

  /** The connection that an attempt may start on now, or undefined while every socket is in use or too many are being opened. */
  available(nowMs: number): Connection | undefined {
    if (this.#idle.last >= 0) return this.#connections[this.#idle.last]
    if (this.#closed.last < 0) return undefined
    this.#forgetFresh(nowMs)
    return this.#fresh.size < maxFresh ? this.#connections[this.#closed.last] : undefined
  }

  /** Starts an attempt on an available connection. */
  start(connection: Connection, event: number, number: number, nowMs: number): void {
    const { slot } = connection
    if (connection.state === CLOSED) {
      this.#closed.remove(slot)
      this.#connecting.add(slot)
      this.#fresh.add(slot)
    } else this.#idle.remove(slot)
    this.#underWay.add(slot)
    connection.start(event, number, nowMs)
  }

  /** Attempts under way. */
  get underWay(): number {
    return this.#underWay.size
  }

  /** The next instant at which `expire` has something to do, ms; Infinity where nothing is under way. */
  get nextDeadlineMs(): number {
    const connecting = this.#connecting.first
    const underWay = this.#underWay.first
    return Math.min(
      connecting < 0 ? Number.POSITIVE_INFINITY : this.#connections[connecting].startedMs + this.#connectTimeoutMs,
      underWay < 0 ? Number.POSITIVE_INFINITY : this.#connections[underWay].startedMs + this.totalTimeoutMs,
    )
  }

  /** Ends the attempts whose time is up, and closes sockets that have been idle for long. */
  expire(nowMs: number): void {
    this.#timeOut(this.#connecting, this.#connectTimeoutMs, nowMs)
    this.#timeOut(this.#underWay, this.totalTimeoutMs, nowMs)
    while (this.#idle.first >= 0 && nowMs - this.#connections[this.#idle.first].endedMs > maxIdleMs) {
      const connection = this.#connections[this.#idle.first]
      connection.close()
      this.onIdleClosed(connection)
    }
  }

  /** Closes every socket; attempts under way are not reported any more. */
  close(): void {
    for (const connection of this.#connections) connection.close()
  }

  onConnected({ slot }: Connection): void {
    this.#connecting.remove(slot)
  }

  onEnded(connection: Connection, outcome: number, status: number, endedMs: number): void {
    const { slot } = connection
    this.#connecting.remove(slot)
    this.#underWay.remove(slot)
    if (connection.answered || connection.state === CLOSED) this.#fresh.remove(slot)
    if (connection.state === IDLE) this.#idle.add(slot)
    else this.#closed.add(slot)
    this.#report(connection, outcome, status, endedMs)
  }

  onIdleClosed({ slot }: Connection): void {
    this.#idle.remove(slot)
    this.#closed.add(slot)
  }

  #timeOut(list: SlotList, timeoutMs: number, nowMs: number): void {
    while (list.first >= 0 && nowMs - this.#connections[list.first].startedMs >= timeoutMs) this.#connections[list.first].timeOut(nowMs)
  }

  #forgetFresh(nowMs: number): void {
    while (this.#fresh.first >= 0 && nowMs - this.#connections[this.#fresh.first].openedMs > freshMs) this.#fresh.remove(this.#fresh.first)
  }
}
