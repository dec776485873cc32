// Where a Docker engine may be, in the order in which Testcontainers looks, so that doctor and the journal speak of the engine that a run uses.
import { existsSync, readFileSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { EngineAddress } from './engine-request.ts'

export interface EngineCandidate {
  /** What names it: a variable, a file, or the place where engines usually listen. */
  from: string
  uri: string
  /** Undefined where the uri says no place that can be asked over plain HTTP. */
  address: EngineAddress | undefined
}

const systemSocket = '/var/run/docker.sock'
const plainPort = 2375

/** What is set, then the sockets that are there. Empty where nothing is. */
export function engineCandidates(env: NodeJS.ProcessEnv = process.env, home = homedir()): EngineCandidate[] {
  const properties = readProperties(join(home, '.testcontainers.properties'))
  const certificates = certificatesOf({ verify: env.DOCKER_TLS_VERIFY ?? properties['docker.tls.verify'], folder: env.DOCKER_CERT_PATH ?? properties['docker.cert.path'] })
  const usual = (path: string): EngineCandidate => ({ from: 'its usual place', uri: `unix://${path}`, address: { socketPath: path } })
  const named = (from: string, uri: string | undefined): EngineCandidate[] => (uri ? [{ from, uri, address: parseUri(uri, certificates) }] : [])
  return [
    ...named('tc.host in ~/.testcontainers.properties', properties['tc.host']),
    ...named(env.DOCKER_HOST === undefined ? 'docker.host in ~/.testcontainers.properties' : 'DOCKER_HOST', env.DOCKER_HOST ?? properties['docker.host']),
    ...[systemSocket].filter(existsSync).map(usual),
    // Of a rootless engine's places only the first that is there is tried.
    ...rootlessSockets(env, home).filter(existsSync).slice(0, 1).map(usual),
  ]
}

function rootlessSockets(env: NodeJS.ProcessEnv, home: string): string[] {
  return [
    ...(env.XDG_RUNTIME_DIR === undefined ? [] : [join(env.XDG_RUNTIME_DIR, 'docker.sock')]),
    join(home, '.docker/run/docker.sock'),
    join(home, '.docker/desktop/docker.sock'),
    `/run/user/${userInfo().uid}/docker.sock`,
  ]
}

function parseUri(uri: string, certificates: string | undefined): EngineAddress | undefined {
  const { protocol, hostname, port, pathname } = URL.parse(uri) ?? {}
  if (protocol === 'unix:') return { socketPath: pathname! }
  if (protocol !== 'tcp:' && protocol !== 'http:' && protocol !== 'https:') return undefined
  return { host: hostname!, port: Number(port || plainPort), certificates }
}

function certificatesOf({ verify, folder }: { verify: string | undefined; folder: string | undefined }): string | undefined {
  return verify === '1' ? folder : undefined
}

/** `name = value` a line, as Testcontainers keeps its settings. */
function readProperties(file: string): Record<string, string> {
  if (!existsSync(file)) return {}
  const pairs = readFileSync(file, 'utf8').split('\n').flatMap(line => {
    const [, name, value] = /^\s*([\w.]+)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? []
    return name === undefined ? [] : [[name, value] as const]
  })
  return Object.fromEntries(pairs)
}
