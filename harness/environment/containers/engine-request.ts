// One request to a Docker engine's HTTP API, for those who must start fast and outlive the harness (the watchdog, `floodmark heal`) and for doctor, which asks engines that Testcontainers turns down.
import { readFileSync } from 'node:fs'
import http, { type RequestOptions } from 'node:http'
import https from 'node:https'
import { join } from 'node:path'

/** Where an engine listens: a socket of this machine, or a port; `certificates` is the folder of its ca.pem, cert.pem and key.pem where it wants TLS. */
export type EngineAddress = { socketPath: string } | { host: string; port: number; certificates?: string }

/** What an engine answered. */
export interface EngineAnswer {
  status: number
  /** Parsed JSON; undefined where the answer was empty or is none. */
  body: any
}

/** An engine says no: what it was asked, and its own words. */
export class EngineRefusal extends Error {
  readonly status: number

  constructor(request: string, { status, body }: EngineAnswer) {
    super(`${request}: ${status} ${body?.message ?? ''}`.trim())
    this.name = 'EngineRefusal'
    this.status = status
  }
}

const answerLimitBytes = 32 * 1024 ** 2

/** Asks and reads the whole answer, of any status. Throws where none came within the limit, with the system's own code (ENOENT, EACCES, ECONNREFUSED). */
export function askEngine(engine: EngineAddress, method: 'GET' | 'POST' | 'DELETE', path: string, limitMs: number): Promise<EngineAnswer> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(limitMs)
    const { request } = 'host' in engine && engine.certificates !== undefined ? https : http
    const asked = request({ ...destinationOf(engine), method, path, signal, agent: false }, response => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
        if (text.length > answerLimitBytes) asked.destroy(new Error(`${method} ${path}: an answer of more than ${answerLimitBytes} bytes`))
      })
      response.once('error', reject)
      response.once('end', () => resolve({ status: response.statusCode!, body: parseBody(text) }))
    })
    asked.once('error', error => reject(signal.aborted ? new Error(`the engine at ${describeEngine(engine)} did not answer ${method} ${path} within ${limitMs} ms`) : error))
    asked.end()
  })
}

/** The body of a 2xx answer; throws `EngineRefusal` with the engine's words on any other. */
export async function getFromEngine(engine: EngineAddress, path: string, limitMs: number): Promise<any> {
  const answer = await askEngine(engine, 'GET', path, limitMs)
  if (answer.status >= 300) throw new EngineRefusal(`GET ${path}`, answer)
  return answer.body
}

/** The address as DOCKER_HOST has it. */
export function describeEngine(engine: EngineAddress): string {
  return 'socketPath' in engine ? `unix://${engine.socketPath}` : `tcp://${engine.host}:${engine.port}`
}

/** Whether a line of a journal holds an address. */
export function isEngineAddress(engine: any): engine is EngineAddress {
  if (typeof engine?.socketPath === 'string') return true
  return typeof engine?.host === 'string' && Number.isInteger(engine.port) && ['string', 'undefined'].includes(typeof engine.certificates)
}

function destinationOf(engine: EngineAddress): RequestOptions & https.RequestOptions {
  if ('socketPath' in engine) return { socketPath: engine.socketPath, headers: { host: 'docker' } }
  const { host, port, certificates } = engine
  if (certificates === undefined) return { host, port }
  const read = (name: string): Buffer => readFileSync(join(certificates, name))
  return { host, port, ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') }
}

function parseBody(text: string): any {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
