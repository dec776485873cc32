import { describe, expect, it } from 'vitest'

import { BROKEN, MORE, ResponseParser, WHOLE } from '../../harness/load/native/response-parser.ts'

interface Case {
  name: string
  bytes: string
  status: number
  keepAlive: boolean
}

const whole: Case[] = [
  { name: 'content-length', bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', status: 200, keepAlive: true },
  { name: 'no body by length', bytes: 'HTTP/1.1 200 OK\r\ncontent-length:0\r\n\r\n', status: 200, keepAlive: true },
  { name: 'no body by status 204', bytes: 'HTTP/1.1 204 No Content\r\n\r\n', status: 204, keepAlive: true },
  { name: 'no body by status 304', bytes: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n', status: 304, keepAlive: true },
  { name: 'no reason phrase', bytes: 'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n', status: 200, keepAlive: true },
  { name: 'connection: close', bytes: 'HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 2\r\n\r\nok', status: 200, keepAlive: false },
  { name: 'HTTP/1.0', bytes: 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok', status: 200, keepAlive: false },
  { name: 'HTTP/1.0 kept alive', bytes: 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok', status: 200, keepAlive: true },
  { name: 'chunked', bytes: 'HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA;x=1\r\n0123456789\r\n0\r\n\r\n', status: 503, keepAlive: true },
  { name: 'chunked with trailers', bytes: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n1\r\nx\r\n0\r\nDigest: a\r\n\r\n', status: 200, keepAlive: true },
  { name: 'chunked and a length', bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n', status: 200, keepAlive: false },
  { name: 'interim responses first', bytes: 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx', status: 200, keepAlive: true },
  { name: 'bare line feeds', bytes: 'HTTP/1.1 200 OK\nContent-Length: 1\n\nx', status: 200, keepAlive: true },
  { name: 'a header longer than the line kept', bytes: `HTTP/1.1 200 OK\r\nSet-Cookie: ${'c'.repeat(5_000)}\r\nContent-Length: 1\r\n\r\nx`, status: 200, keepAlive: true },
  { name: 'names that only begin alike', bytes: 'HTTP/1.1 200 OK\r\nContent-Length-Hint: 9\r\nContent-Language: en\r\nTransfer-Encodings: x\r\nContent-Length: 1\r\n\r\nx', status: 200, keepAlive: true },
]

const broken = [
  'SSH-2.0-OpenSSH_9.6\r\n', 'HTTP/2 200\r\n', 'HTTP/1.1 20 OK\r\n', 'HTTP/1.1 2000 OK\r\n', 'HTTP/1.1 600 OK\r\n', '\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: five\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n',
  'HTTP/1.1 200 OK\r\nno colon\r\n', 'HTTP/1.1 200 OK\r\n: no name\r\n', 'HTTP/1.1 200 OK\r\n folded: x\r\n', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n', 'HTTP/1.1 101 Switching Protocols\r\n\r\n',
  `HTTP/1.1 200 OK\r\n${'X-Filler: 0123456789012345678901234567890123456789\r\n'.repeat(1_500)}`, 'x'.repeat(70_000),
]

function push(parser: ResponseParser, text: string): number {
  const bytes = Buffer.from(text, 'latin1')
  return parser.push(bytes, bytes.length)
}

describe('a whole response', () => {
  it.each(whole)('$name', ({ bytes, status, keepAlive }) => {
    const parser = new ResponseParser()
    // In two pieces, at every place: nothing is whole before the last byte.
    for (let at = 1; at < bytes.length; at++) {
      parser.reset()
      expect(push(parser, bytes.slice(0, at))).toBe(MORE)
      expect(push(parser, bytes.slice(at))).toBe(WHOLE)
      expect(parser).toMatchObject({ status, keepAlive })
    }
    parser.reset()
    expect(Array.from(bytes, byte => push(parser, byte)).at(-1)).toBe(WHOLE)
    parser.reset()
    expect(push(parser, bytes)).toBe(WHOLE)
    expect(parser).toMatchObject({ status, keepAlive })
  })

  it('ends with the connection where it has no length, and only there', () => {
    const parser = new ResponseParser()
    parser.reset()
    expect(push(parser, 'HTTP/1.1 200 OK\r\n\r\nall of it')).toBe(MORE)
    expect(parser.end()).toBe(WHOLE)
    expect(parser.keepAlive).toBe(false)
    for (const cut of ['', 'HTTP/1.1 200', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n']) {
      parser.reset()
      push(parser, cut)
      expect(parser.end()).toBe(BROKEN)
    }
  })

  it('keeps its connection from being used again when more bytes follow', () => {
    const parser = new ResponseParser()
    parser.reset()
    expect(push(parser, 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK')).toBe(WHOLE)
    expect(parser.keepAlive).toBe(false)
  })

  it('is read anew where it only looks like the one before', () => {
    const one = new ResponseParser()
    const other = new ResponseParser()
    const answers = ['HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', 'HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n']
    for (const parser of [one, other, one]) {
      for (const [index, expected] of [[0, WHOLE], [0, WHOLE], [1, WHOLE], [2, MORE], [0, WHOLE]] as const) {
        parser.reset()
        expect([push(parser, answers[index]), parser.status, parser.keepAlive]).toEqual([expected, index === 1 ? 503 : 200, true])
      }
      // The same bytes as a whole answer, but as the end of another one.
      parser.reset()
      push(parser, 'HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n')
      expect(push(parser, answers[0])).toBe(MORE)
    }
  })

  it('may have any number of chunks', () => {
    const parser = new ResponseParser()
    parser.reset()
    push(parser, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
    for (let chunk = 0; chunk < 100_000; chunk++) expect(push(parser, '1\r\nx\r\n')).toBe(MORE)
    expect(push(parser, '0\r\n\r\n')).toBe(WHOLE)
  })
})

describe('what is no response', () => {
  it.each(broken)('%j', bytes => {
    const parser = new ResponseParser()
    parser.reset()
    expect(push(parser, bytes)).toBe(BROKEN)
    parser.reset()
    expect(Array.from(bytes, byte => push(parser, byte)).at(-1)).toBe(BROKEN)
  })
})
