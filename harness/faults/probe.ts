// Probes of a fault's effect: connections of the harness's own, through the very proxy that the system's traffic takes.
import { connect, type Socket } from 'node:net'
import { monotonicMs } from '../clock.ts'
import type { Link } from '../environment/environment.ts'
import { tcpQuietMs } from '../environment/tcp-probe.ts'

/** How a question ended: `gone` is a connection refused, reset or closed; `silent` one that gave no byte in time. */
export interface Answer {
  kind: 'answered' | 'silent' | 'gone'
  tookMs: number
  /** In words: `answered in 2 ms`, `closed`, `ECONNREFUSED`. */
  text: string
}

/** A connection with its question not yet asked. One question each: PostgreSQL takes no second one before a login. */
export interface HeldConnection {
  ask(limitMs: number): Promise<Answer>
  close(): void
}

/** What a server answers before any login: NATS a PING with PONG, PostgreSQL an SSLRequest with one byte, HTTP its health path. */
const questions = {
  nats: () => 'PING\r\n',
  postgres: () => Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]),
  http: ({ ready, upstream }: Link) => `GET ${ready.kind === 'http' ? ready.path : '/'} HTTP/1.1\r\nHost: ${upstream}\r\nUser-Agent: floodmark-probe\r\nConnection: close\r\n\r\n`,
  tcp: () => undefined,
} as const satisfies Record<Link['protocol'], (link: Link) => string | Buffer | undefined>

/** Connects through a link and, where the server speaks first (NATS), waits for its greeting. Throws where it does not get there in `limitMs`. */
export async function holdConnection(link: Link, limitMs: number): Promise<HeldConnection> {
  const { socket, ended } = await openConnection(link, limitMs)
  return { ask: limit => ask(socket, ended, questions[link.protocol](link), limit), close: () => void socket.destroy() }
}

/** The same as a bare socket; `ended` resolves with how it ended: `closed`, or the code of its error. */
export async function openConnection(link: Link, limitMs: number): Promise<{ socket: Socket; ended: Promise<string> }> {
  const [host, port] = splitAddress(link.probeAt)
  const socket = connect({ host, port, noDelay: true })
  const ended = endOf(socket)
  try {
    await first(socket, 'connect', ended, limitMs)
    // Through Toxiproxy every connect succeeds; the greeting shows that somebody is behind it.
    if (link.protocol === 'nats') await wholeLine(socket, ended, limitMs)
  } catch (error) {
    socket.destroy()
    throw error
  }
  socket.resume()
  return { socket, ended }
}

/** A fresh connection and one question: what a client would meet that comes now. Never throws. */
export async function askOnce(link: Link, limitMs: number): Promise<Answer> {
  const beganMs = monotonicMs()
  try {
    const held = await holdConnection(link, limitMs)
    const answer = await held.ask(limitMs)
    held.close()
    return answer
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const text = code === undefined || code === 'ETIMEDOUT' ? (error as Error).message : code
    return { kind: code === 'ETIMEDOUT' ? 'silent' : 'gone', tookMs: monotonicMs() - beganMs, text }
  }
}

/** Whether a connection is accepted at all. */
export async function accepts({ probeAt }: Pick<Link, 'probeAt'>, limitMs: number): Promise<boolean> {
  const [host, port] = splitAddress(probeAt)
  const socket = connect({ host, port })
  try {
    await first(socket, 'connect', endOf(socket), limitMs)
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function ask(socket: Socket, ended: Promise<string>, question: string | Buffer | undefined, limitMs: number): Promise<Answer> {
  const beganMs = monotonicMs()
  if (question !== undefined) socket.write(question)
  const quietMs = question === undefined ? Math.min(tcpQuietMs, limitMs) : limitMs
  try {
    await first(socket, 'data', ended, quietMs)
  } catch (error) {
    const tookMs = monotonicMs() - beganMs
    if ((error as NodeJS.ErrnoException).code !== 'ETIMEDOUT') return { kind: 'gone', tookMs, text: (error as Error).message }
    if (question === undefined) return { kind: 'answered', tookMs, text: 'stayed open' }
    return { kind: 'silent', tookMs, text: `no byte in ${limitMs} ms` }
  }
  const tookMs = monotonicMs() - beganMs
  return { kind: 'answered', tookMs, text: `answered in ${Math.round(tookMs)} ms` }
}

/** Resolves with how the connection ended; it may have ended long before anybody asks. */
function endOf(socket: Socket): Promise<string> {
  return new Promise(resolve => {
    // Also heard after the end: writing to a connection that is gone is one more error.
    socket.on('error', error => resolve((error as NodeJS.ErrnoException).code ?? error.message))
    socket.once('end', () => resolve('closed'))
    socket.once('close', () => resolve('closed'))
  })
}

/** A greeting may come in slices, and what is left of it would pass for an answer. */
async function wholeLine(socket: Socket, ended: Promise<string>, limitMs: number): Promise<void> {
  const deadline = monotonicMs() + limitMs
  let last = ''
  const keep = (bytes: Buffer): void => { last = bytes.subarray(-1).toString() }
  socket.on('data', keep)
  try {
    while (last !== '\n') await first(socket, 'data', ended, Math.ceil(deadline - monotonicMs()))
  } finally {
    socket.off('data', keep)
  }
}

async function first(socket: Socket, event: 'connect' | 'data', ended: Promise<string>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  let arrived: (() => void) | undefined
  try {
    await Promise.race([
      new Promise<void>(resolve => socket.once(event, arrived = () => resolve())),
      ended.then(how => { throw Object.assign(new Error(how), { code: how === 'closed' ? undefined : how }) }),
      new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(Object.assign(new Error(`no ${event === 'data' ? 'byte' : 'connection'} in ${limitMs} ms`), { code: 'ETIMEDOUT' })), limitMs)
      }),
    ])
  } finally {
    clearTimeout(timer)
    if (arrived) socket.off(event, arrived)
  }
}

function splitAddress(address: string): [string, number] {
  const colon = address.lastIndexOf(':')
  return [address.slice(0, colon), Number(address.slice(colon + 1))]
}
