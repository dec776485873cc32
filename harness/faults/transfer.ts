// Probes that move more than a question: bytes through a new connection, about as many each way, without logging in anywhere.
import { monotonicMs } from '../clock.ts'
import type { Link } from '../environment/environment.ts'
import { openConnection } from './probe.ts'

const ping = 'PING\r\n'
const pong = 'PONG\r\n'
/** What every HTTP answer has at least, and about what a bare request has. */
const httpMessageBytes = 100
/** PostgreSQL takes no longer startup packet than 10,000 bytes, and nothing else before a login. */
const startupBytes = 9_900

const limitMs = 2_000

/** How much a probe may move, so that it costs the system little: a PING is cheap, a request is not. */
const most = { nats: 262_144, http: 65_536, postgres: startupBytes, tcp: 0 } as const satisfies Record<Link['protocol'], number>

export interface Transfer {
  sentBytes: number
  receivedBytes: number
  tookMs: number
  /** `whole`: all answers came. `closed` or an error's code: the connection ended before. `late`: neither within two seconds. */
  ended: string
}

/**
 * Sends questions of about `bytes` in all on a new connection and reads the answers: PINGs for NATS, pipelined requests for HTTP, for
 * PostgreSQL a startup packet with an option that no server knows, which it repeats. Fewer where the protocol sets a bound. A connection
 * that ends early is a result like any other. Throws where none can be opened or the protocol has no question.
 */
export async function transfer(link: Link, bytes: number): Promise<Transfer> {
  const message = messageOf(link, Math.min(bytes, most[link.protocol]))
  const beganMs = monotonicMs()
  const { socket, ended } = await openConnection(link, limitMs)
  let receivedBytes = 0
  let timer: NodeJS.Timeout | undefined
  try {
    const whole = new Promise<string>(resolve => socket.on('data', (chunk: Buffer) => {
      receivedBytes += chunk.length
      if (message.answerBytes !== undefined && receivedBytes >= message.answerBytes) resolve('whole')
    }))
    const late = new Promise<string>(resolve => { timer = setTimeout(() => resolve('late'), limitMs) })
    socket.write(message.content)
    // Where the number of bytes is not known the server closes after its last.
    const how = await Promise.race([whole, late, ended])
    const end = how === 'closed' && message.answerBytes === undefined ? 'whole' : how
    return { sentBytes: message.content.length, receivedBytes, tookMs: monotonicMs() - beganMs, ended: end }
  } finally {
    clearTimeout(timer)
    socket.destroy()
  }
}

/** Throws where the probe's bytes do not come through unharmed. */
export async function wholeTransfer(link: Link, bytes: number): Promise<Transfer> {
  const made = await transfer(link, bytes)
  if (made.ended !== 'whole') throw new Error(`a transfer through ${link.name} before the fault: ${made.ended} after ${made.receivedBytes} bytes`)
  return made
}

function messageOf(link: Link, bytes: number): { content: string | Buffer; answerBytes?: number } {
  switch (link.protocol) {
    case 'nats': {
      const pings = Math.ceil(bytes / ping.length)
      return { content: ping.repeat(pings), answerBytes: pings * pong.length }
    }
    case 'http':
      return { content: requests(link, Math.ceil(bytes / httpMessageBytes)) }
    case 'postgres':
      return { content: startup(bytes) }
    case 'tcp':
      throw new Error(`${link.name} speaks a protocol with no answer to weigh; give its component an HTTP path to be ready by`)
  }
}

function requests({ ready, upstream }: Link, count: number): string {
  const request = (connection: string): string => `GET ${ready.kind === 'http' ? ready.path : '/'} HTTP/1.1\r\nHost: ${upstream}\r\nUser-Agent: floodmark-probe\r\nConnection: ${connection}\r\n\r\n`
  return request('keep-alive').repeat(count - 1) + request('close')
}

/** Protocol 3.0 with an option `_pq_.…` and no user: the server names the options that it does not know, then refuses and closes. */
function startup(bytes: number): Buffer {
  const option = Buffer.from(`_pq_.${'x'.repeat(Math.max(1, bytes - 20))}\0\0\0`)
  const head = Buffer.alloc(8)
  head.writeInt32BE(head.length + option.length, 0)
  head.writeInt32BE(3 << 16, 4)
  return Buffer.concat([head, option])
}
