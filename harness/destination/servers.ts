import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { until } from '../clock.ts'
import type { ProcessJournal, ProcessUsage } from '../environment/environment.ts'
import { FloodmarkError } from '../errors.ts'
import type { History } from '../history/history.ts'
import type { Plan } from '../plan/plan.ts'
import { createArrivalWriter, type ArrivalWriter } from './arrivals.ts'
import type { Misbehaviour } from './misbehaviour.ts'
import { frame, frameReader, frameTypes, jsonFrame, type PlanHead, type ServerCommand, type ServerMessage, type ServerStats } from './protocol.ts'
import { startServersProcess, type ServersProgram, type StartServersProgram } from './servers-program.ts'

const startLimitMs = 15_000
const answerLimitMs = 10_000

export interface ServersOptions {
  plan: Plan
  history: History
  /** Where the system's definition comes from: the scenario's file, unless a system file takes its place. */
  scenarioFile: string
  systemFile: string | null
  timeScale: number
  adminToken: string
  logFile: string
  /** Where the program is written down for the watchdog once it exists, before anything else. */
  journal: ProcessJournal
  /** Called when the program ends without having been asked to. */
  onDeath: (how: string, lastLines: string[]) => void
  /** Left out: a process of this machine. */
  startProgram?: StartServersProgram
}

/** The destinations and the Admin API, running in a program of their own and telling this one what arrived. */
export interface Servers {
  /** Host and ports where the harness itself reaches them. */
  readonly host: string
  readonly ports: { adminPort: number; destinationPorts: Record<string, number> }
  /** `host:port` where the system's links reach them. */
  readonly upstreams: ServerUpstreams
  readonly progress: ArrivalWriter['progress']
  /** What the process said of its own work last, about a second ago; undefined before the first time. */
  readonly stats: ServerStats | undefined
  /** A part of the plan begins: orders planned in it exist from their instant on. */
  begin(part: 'warm-up' | 'flood', startedAtMs: number, wallMs: number): void
  openAdmin(open: boolean): void
  /** Has a destination, or under `platform` the Admin API, misbehave from now on, or behave again. Resolves once it does; throws where it cannot. */
  misbehave(server: string, misbehaviour: Misbehaviour | undefined): Promise<void>
  /** Requests to that server that have met a misbehaviour so far. */
  met(server: string): Promise<number>
  /** Resolves when everything that had arrived before the call is in the history. Throws where the process gives no answer. */
  flush(): Promise<ServerStats>
  usage(): Promise<Omit<ProcessUsage, 'name'>>
  stop(): Promise<void>
}

export interface ServerUpstreams {
  admin: string
  destinations: Readonly<Record<string, string>>
}

export async function startServers(options: ServersOptions): Promise<Servers> {
  const { logFile, journal, startProgram = startServersProcess } = options
  const program = await startProgram({ logFile, journal })
  const { ended } = program
  let stopping = false

  const { history, plan } = options
  const writer = createArrivalWriter(history, plan.topics.length)
  const questions = new Map<number, (answer: ServerMessage) => void>()
  let listening: Extract<ServerMessage, { kind: 'listening' }> | undefined
  let stats: ServerStats | undefined
  let nextQuestion = 1

  function hear(message: ServerMessage): void {
    if (message.kind === 'listening') return void (listening = message)
    if (message.kind === 'obeyed') return questions.get(message.id)?.(message)
    stats = message
    if (message.flush !== undefined) questions.get(message.flush)?.(message)
  }

  const socket = await within(startLimitMs, Promise.race([connectTo(program), ended.then(how => failedToStart(how, program))]))
  socket.on('data', frameReader((type, payload) => {
    if (type === frameTypes.arrivals) writer.arrivals(payload)
    else if (type === frameTypes.listed) writer.listed(payload)
    else hear(JSON.parse(payload.toString()) as ServerMessage)
  }))
  socket.on('error', () => {})
  const tell = (command: ServerCommand): void => void socket.write(jsonFrame(frameTypes.command, command))

  tell({ kind: 'open', scenarioFile: options.scenarioFile, systemFile: options.systemFile, timeScale: options.timeScale, adminToken: options.adminToken, plan: headOf(plan) })
  socket.write(frame(frameTypes.plan, Buffer.concat([bytesOf(plan.triggeredTicks ?? plan.dueTicks), bytesOf(plan.shop)])))
  const { adminPort, destinationPorts } = await Promise.race([
    until('destinations and Admin API listening', startLimitMs, () => listening, { everyMs: 5 }),
    ended.then(how => failedToStart(how, program)),
  ])
  void ended.then(how => stopping || options.onDeath(how, [...program.lastLines]))

  async function ask(command: (id: number) => ServerCommand): Promise<ServerMessage> {
    const id = nextQuestion++
    const answered = new Promise<ServerMessage>(resolve => questions.set(id, resolve))
    tell(command(id))
    try {
      return await within(answerLimitMs, Promise.race([answered, ended.then(how => { throw new Error(`the destinations' process ${how}`) })]))
    } finally {
      questions.delete(id)
    }
  }

  async function flush(): Promise<ServerStats> {
    return await ask(id => ({ kind: 'flush', id })) as ServerStats
  }

  return {
    host: program.host,
    ports: { adminPort: program.published(adminPort), destinationPorts: mapValues(destinationPorts, program.published) },
    upstreams: { admin: program.upstream(adminPort), destinations: mapValues(destinationPorts, program.upstream) },
    progress: writer.progress,
    get stats() {
      return stats
    },
    begin: (part, startedAtMs, wallMs) => tell({ kind: 'begin', part, startedAtMs, wallMs }),
    openAdmin: open => tell({ kind: 'admin', open }),
    flush,
    async misbehave(server, misbehaviour) {
      const { problem } = await ask(id => ({ kind: 'misbehave', id, server, misbehaviour })) as Extract<ServerMessage, { kind: 'obeyed' }>
      if (problem !== undefined) throw new Error(`${server}: ${problem}`)
    },
    usage: () => program.usage(),
    met: async server => (await flush()).met[server],
    async stop() {
      stopping = true
      socket.destroy()
      await program.gone()
    },
  }
}

async function connectTo({ host, controlPort }: ServersProgram): Promise<Socket> {
  const socket = connect({ host, port: await controlPort, noDelay: true })
  await once(socket, 'connect')
  return socket
}

function mapValues<T, U>(values: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]))
}

function failedToStart(how: string, { lastLines }: ServersProgram): never {
  throw new FloodmarkError('usage', `the destinations' process ${how}`, { evidence: lastLines, hint: 'it imports the system file for `correlate`; the lines above are its own' })
}

async function within<T>(limitMs: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the destinations' process did not answer within ${limitMs} ms`)), limitMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

function headOf({ seed, hash, eventCount, warmUpCount, shops, topics, floodMs, peakPerSecond }: Plan): PlanHead {
  return { seed, hash, eventCount, warmUpCount, shops, topics, floodMs, peakPerSecond }
}

function bytesOf(array: Uint32Array | Uint16Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}
