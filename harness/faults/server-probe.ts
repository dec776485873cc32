// Requests of the harness's own to its servers, marked so that they carry no orders and stand in no count: they see what a fault makes of an answer.
import { request } from 'node:http'
import { monotonicMs } from '../clock.ts'
import { probeHeader } from '../destination/misbehaviour.ts'

export interface ServerAnswer {
  /** A whole answer, one that broke off, none in time, or no connection. */
  kind: 'answered' | 'cut off' | 'silent' | 'refused'
  tookMs: number
  status: number
  contentType: string
  body: string
  /** In words: `answered 503`, `ECONNREFUSED`. */
  text: string
}

/** Asks one of the harness's servers, on a connection of its own. Never throws. */
export function askServer({ host, port, method, path }: { host: string; port: number; method: string; path: string }, limitMs: number): Promise<ServerAnswer> {
  const beganMs = monotonicMs()
  return new Promise(resolve => {
    const answer = { status: 0, contentType: '', body: '' }
    const end = (kind: ServerAnswer['kind'], text: string): void => resolve({ ...answer, kind, text, tookMs: monotonicMs() - beganMs })
    const limit = AbortSignal.timeout(limitMs)
    const outgoing = request({ host, port, method, path, agent: false, signal: limit, headers: { [probeHeader]: '1', 'content-length': 0 } }, response => {
      answer.status = response.statusCode ?? 0
      answer.contentType = response.headers['content-type'] ?? ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => { answer.body += text })
      response.once('end', () => end('answered', `answered ${answer.status}`))
      response.once('error', () => end('cut off', `answered ${answer.status}, cut off after ${answer.body.length} bytes`))
    })
    outgoing.once('error', error => {
      if (limit.aborted) end('silent', `no answer in ${limitMs} ms`)
      else end('refused', (error as NodeJS.ErrnoException).code ?? error.message)
    })
    outgoing.end()
  })
}
