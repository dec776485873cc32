// Reads what the intake answers, byte by byte as it arrives: only what decides how an attempt ended is kept, the body is skipped.

/** What a parser says after each piece: more must come, the response is whole, or it is not HTTP/1.1 as RFC 9112 has it. */
export const MORE = 0
export const WHOLE = 1
export const BROKEN = 2

const STATUS_LINE = 0
const HEADERS = 1
const BODY = 2
const BODY_UNTIL_CLOSE = 3
const CHUNK_SIZE = 4
const CHUNK = 5
const CHUNK_END = 6
const TRAILERS = 7
const ENDED = 8
const FAILED = 9

/** Lines that decide something are short; of longer ones only the length is known. */
const lineBytes = 256
/** Status lines and headers together, interim responses included. */
const maxHeadBytes = 65_536

const lineFeed = 10
const carriageReturn = 13
const colon = 58
const contentLength = Buffer.from('content-length:')
const transferEncoding = Buffer.from('transfer-encoding:')
const connection = Buffer.from('connection:')

/**
 * The last response that came whole in one piece, on any connection, and what it said. A server answers with the same bytes until its Date header
 * moves on, and comparing them costs a tenth of reading them.
 */
const last = { bytes: Buffer.alloc(512), length: -1, status: 0, keepAlive: false }

/** Compared here, byte by byte: for so few a call into the runtime costs more. */
function isLast(bytes: Buffer, length: number): boolean {
  if (length !== last.length) return false
  for (let at = 0; at < length; at++) if (bytes[at] !== last.bytes[at]) return false
  return true
}

/** One response after another on one connection; `reset` before each. Bytes may be split anywhere. */
export class ResponseParser {
  /** Status of the final response as soon as its status line is whole, else 0. */
  status = 0
  /** Whether the connection may carry another request once this response is whole. */
  keepAlive = false
  #phase = STATUS_LINE
  #remaining = -1
  #chunked = false
  #untouched = true
  #headBytes = 0
  #lineLength = 0
  #colonAt = -1
  readonly #line = Buffer.alloc(lineBytes)

  reset(): void {
    this.#untouched = true
    this.#headBytes = 0
    this.#startHead()
  }

  push(bytes: Buffer, length: number): number {
    const isFirst = this.#untouched
    this.#untouched = false
    if (isFirst && isLast(bytes, length)) {
      this.status = last.status
      this.keepAlive = last.keepAlive
      this.#phase = ENDED
      return WHOLE
    }
    const progress = this.#read(bytes, length)
    if (isFirst && progress === WHOLE && length <= last.bytes.length) {
      bytes.copy(last.bytes, 0, 0, length)
      Object.assign(last, { length, status: this.status, keepAlive: this.keepAlive })
    }
    return progress
  }

  #read(bytes: Buffer, length: number): number {
    let at = 0
    while (at < length && this.#phase < ENDED) {
      if (this.#phase === BODY || this.#phase === CHUNK) {
        const skipped = Math.min(this.#remaining, length - at)
        at += skipped
        this.#remaining -= skipped
        if (this.#remaining === 0) this.#phase = this.#phase === BODY ? ENDED : CHUNK_END
      } else if (this.#phase === BODY_UNTIL_CLOSE) at = length
      else at = this.#readLine(bytes, at, length)
    }
    // Bytes that nobody asked for: this response stands, the connection is of no further use.
    if (at < length) this.keepAlive = false
    return this.#phase === ENDED ? WHOLE : this.#phase === FAILED ? BROKEN : MORE
  }

  /** The server has said that nothing more comes. Only a body without a length is whole by that. */
  end(): number {
    return this.#phase === BODY_UNTIL_CLOSE ? WHOLE : BROKEN
  }

  #startHead(): void {
    this.status = 0
    this.keepAlive = false
    this.#phase = STATUS_LINE
    this.#remaining = -1
    this.#chunked = false
    this.#lineLength = 0
    this.#colonAt = -1
  }

  #readLine(bytes: Buffer, from: number, length: number): number {
    let at = from
    while (at < length) {
      const byte = bytes[at++]
      if (byte === lineFeed) {
        this.#headBytes += this.#lineLength
        this.#phase = this.#headBytes > maxHeadBytes ? FAILED : this.#endLine()
        this.#lineLength = 0
        this.#colonAt = -1
        return at
      }
      if (byte === colon && this.#colonAt < 0) this.#colonAt = this.#lineLength
      if (this.#lineLength < lineBytes) this.#line[this.#lineLength] = byte
      if (++this.#lineLength > maxHeadBytes) {
        this.#phase = FAILED
        return at
      }
    }
    return at
  }

  /** Takes the line that has just ended and says which phase is next. */
  #endLine(): number {
    if (this.#lineLength > 0 && this.#lineLength <= lineBytes && this.#line[this.#lineLength - 1] === carriageReturn) this.#lineLength--
    switch (this.#phase) {
      case STATUS_LINE:
        return this.#takeStatus()
      case HEADERS:
        return this.#lineLength === 0 ? this.#endHead() : this.#takeHeader()
      case CHUNK_SIZE:
        return this.#takeChunkSize()
      case CHUNK_END:
        return this.#lineLength === 0 ? CHUNK_SIZE : FAILED
      default:
        return this.#lineLength === 0 ? ENDED : TRAILERS
    }
  }

  #takeStatus(): number {
    const match = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: |$)/.exec(this.#text(0))
    if (!match) return FAILED
    this.status = Number(match[2])
    this.keepAlive = match[1] === '1'
    return HEADERS
  }

  #takeHeader(): number {
    // A name comes first, and a line that begins with a space would continue the one before it: obsolete, and a way to smuggle.
    if (this.#colonAt < 1 || this.#line[0] <= 32) return FAILED
    const initial = this.#line[0] | 32
    if (initial === contentLength[0] && this.#is(contentLength)) return this.#takeLength()
    if (initial === connection[0] && this.#is(connection)) {
      const value = this.#text(connection.length).toLowerCase()
      if (/\bclose\b/.test(value) || this.#lineLength > lineBytes) this.keepAlive = false
      else if (/\bkeep-alive\b/.test(value)) this.keepAlive = true
    } else if (initial === transferEncoding[0] && this.#is(transferEncoding)) {
      if (this.#text(transferEncoding.length).trim().toLowerCase() !== 'chunked') return FAILED
      this.#chunked = true
    }
    return HEADERS
  }

  #takeLength(): number {
    const value = this.#text(contentLength.length).trim()
    if (!/^\d{1,15}$/.test(value) || (this.#remaining >= 0 && this.#remaining !== Number(value))) return FAILED
    this.#remaining = Number(value)
    return HEADERS
  }

  /** RFC 9112 section 6.3: which body follows. */
  #endHead(): number {
    if (this.status === 101) return FAILED
    if (this.status < 200) {
      this.#startHead()
      return STATUS_LINE
    }
    if (this.status === 204 || this.status === 304) return ENDED
    if (this.#chunked) {
      // Both at once is how requests are smuggled: chunked counts, and the connection is closed.
      if (this.#remaining >= 0) this.keepAlive = false
      return CHUNK_SIZE
    }
    if (this.#remaining >= 0) return this.#remaining === 0 ? ENDED : BODY
    this.keepAlive = false
    return BODY_UNTIL_CLOSE
  }

  #takeChunkSize(): number {
    const match = /^([\da-f]{1,8})[ \t]*(?:;.*)?$/i.exec(this.#text(0))
    if (!match) return FAILED
    this.#remaining = Number.parseInt(match[1], 16)
    // The bound is for heads and trailers: a body may have any number of chunks, and ends at the deadline at the latest.
    this.#headBytes = 0
    return this.#remaining === 0 ? TRAILERS : CHUNK
  }

  #is(name: Buffer): boolean {
    if (this.#colonAt !== name.length - 1) return false
    for (let at = 0; at < this.#colonAt; at++) if ((this.#line[at] | 32) !== name[at]) return false
    return true
  }

  #text(from: number): string {
    return this.#line.toString('latin1', from, Math.min(this.#lineLength, lineBytes))
  }
}
