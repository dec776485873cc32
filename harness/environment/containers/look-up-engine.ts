// Which Docker engine a run would use, and why not another: for doctor, and for a run in containers (find-engine.ts). Loads nothing of Testcontainers, so that doctor stays quick.
import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { causeOf } from '../../errors.ts'
import { engineCandidates, type EngineCandidate } from './engine-candidates.ts'
import { getFromEngine, type EngineAddress } from './engine-request.ts'

const answerLimitMs = 5_000

/** What an engine says of itself, as far as a run depends on it (Docker Engine API, /version and /info). */
export interface EngineFacts {
  uri: string
  /** What names it. */
  from: string
  address: EngineAddress
  version: string
  podman: boolean
  rootless: boolean
  /** Of this machine, so that its folders are this machine's. */
  local: boolean
  /** Whether limits of memory and CPU bite, and the version of the control groups that they need. */
  limits: { memory: boolean; cpu: boolean; cgroupVersion: string }
  dataRoot: string
}

/** A place where an engine was looked for, and why it is not used; without `from` there was none to look at. */
export interface RejectedEngine {
  uri: string
  from?: string
  cause: string
  cure: string
}

/** The engine that a run would use, and the places before it that have none. Each is asked for 5 s at most. */
export async function lookUpEngine(env: NodeJS.ProcessEnv = process.env, home?: string): Promise<{ engine: EngineFacts | undefined; rejected: RejectedEngine[] }> {
  const rejected: RejectedEngine[] = []
  for (const candidate of engineCandidates(env, home)) {
    try {
      return { engine: await readFacts(candidate), rejected }
    } catch (error) {
      rejected.push({ uri: candidate.uri, from: candidate.from, ...explain(candidate, error) })
    }
  }
  if (rejected.length === 0) rejected.push({ uri: 'unix:///var/run/docker.sock', ...explainNone(env) })
  return { engine: undefined, rejected }
}

async function readFacts({ uri, from, address }: EngineCandidate): Promise<EngineFacts> {
  if (address === undefined) throw new Error('no plain HTTP')
  const version = await getFromEngine(address, '/version', answerLimitMs)
  if (typeof version?.ApiVersion !== 'string') throw new Error('what answers there is no Docker engine')
  const info = await getFromEngine(address, '/info', answerLimitMs)
  return {
    uri, from, address,
    version: version.Version,
    podman: (version.Components ?? []).some(({ Name }: { Name: string }) => Name === 'Podman Engine'),
    rootless: (info.SecurityOptions ?? []).some((option: string) => option.includes('name=rootless')),
    local: 'socketPath' in address && !String(info.OperatingSystem).includes('Docker Desktop'),
    limits: { memory: info.MemoryLimit === true, cpu: info.CpuCfsQuota === true, cgroupVersion: String(info.CgroupVersion ?? '1') },
    dataRoot: info.DockerRootDir,
  }
}

function explain({ uri, from, address }: EngineCandidate, error: unknown): Pick<RejectedEngine, 'cause' | 'cure'> {
  const unset = from === 'its usual place' ? '' : `, or take ${from} away`
  if (uri.startsWith('ssh:')) {
    return { cause: 'an engine behind ssh: floodmark speaks plain HTTP to it', cure: `let ssh forward its socket: ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock ${uri.slice('ssh://'.length)} &\nexport DOCKER_HOST=unix:///tmp/docker.sock TESTCONTAINERS_HOST_OVERRIDE=${URL.parse(uri)?.hostname}` }
  }
  if (address === undefined) return { cause: 'not an address of an engine', cure: 'export DOCKER_HOST=unix:///path/to/docker.sock, or tcp://host:2376 with DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH' }
  const { code } = error as NodeJS.ErrnoException
  if ('host' in address) return { cause: causeOf(error), cure: `see that an engine listens there, and with TLS that DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH name its certificates${unset}` }
  const { socketPath } = address
  if (code === 'EACCES') {
    const group = groupOf(socketPath)
    return { cause: `no permission to use the socket${group === undefined ? '' : `, which is for root and the group ${group}`}`, cure: group === undefined || group === 'root' ? 'run as the user whose engine it is' : `sudo usermod -aG ${group} $USER, then log in anew (or: newgrp ${group})` }
  }
  if (code === 'ENOENT') return { cause: 'there is no such socket', cure: `start the engine that is to listen there${unset}` }
  if (code === 'ECONNREFUSED') return { cause: 'the socket is there, and no engine listens on it: it has ended', cure: `start the engine: sudo systemctl start docker${unset}` }
  return { cause: causeOf(error), cure: `start the engine anew: sudo systemctl restart docker${unset}` }
}

function explainNone(env: NodeJS.ProcessEnv): Pick<RejectedEngine, 'cause' | 'cure'> {
  if (onPath('dockerd', env)) return { cause: 'Docker is installed, and no engine runs', cure: 'sudo systemctl start docker' }
  const remote = 'or name an engine elsewhere: export DOCKER_HOST=tcp://host:2376 DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=/path/to/its/certificates'
  if (onPath('docker', env)) return { cause: 'there is a docker command, and no engine', cure: `install one: sudo apt-get install docker.io\n${remote}` }
  return { cause: 'no Docker on this machine', cure: `install it: sudo apt-get install docker.io, or https://docs.docker.com/engine/install\n${remote}` }
}

function onPath(program: string, { PATH = '' }: NodeJS.ProcessEnv): boolean {
  return PATH.split(delimiter).some(folder => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** The name of the group that may use a file; undefined where it cannot be known. */
function groupOf(path: string): string | undefined {
  try {
    const { gid } = statSync(path)
    return readFileSync('/etc/group', 'utf8').split('\n').map(line => line.split(':')).find(fields => fields[2] === String(gid))?.[0]
  } catch {
    return undefined
  }
}
