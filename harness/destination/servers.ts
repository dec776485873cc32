import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { sleep, until } from '../clock.ts'
import { FloodmarkError } from '../errors.ts'
import type { History } from '../history/history.ts'
import { modulePath } from '../module-path.ts'
import type { Plan } from '../plan/plan.ts'
import { createArrivalWriter, type ArrivalWriter } from './arrivals.ts'
import type { Misbehaviour } from './misbehaviour.ts'
import { frame, frameReader, frameTypes, jsonFrame, type PlanHead, type ServerCommand, type ServerMessage, type ServerStats } from './protocol.ts'

const startLimitMs = 15_000
const answerLimitMs = 10_000
const lastWordsLimitMs = 200
const lastLines = 20

export interface ServersOptions {
  plan: Plan
  history: History
  /** Where the system's definition comes from: the scenario's file, unless a system file takes its place. */
  scenarioFile: string
  systemFile: string | null
  timeScale: number
  adminToken: string
  logFile: string
  /** Called once the process exists, before anything else, so that it can be written down for the watchdog. */
  onStart: (pid: number) => void
  /** Called when the process ends without having been asked to. */
  onDeath: (how: string, lastLines: string[]) => void
}

/** The destinations and the Admin API, running in their own process and telling this one what arrived. */
export interface Servers {
  readonly pid: number
  readonly ports: { adminPort: number; destinationPorts: Record<string, number> }
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
  stop(): Promise<void>
}

export async function startServers(options: ServersOptions): Promise<Servers> {
  const child = spawn(process.execPath, [...process.execArgv, modulePath(import.meta.url, './main.ts')], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  await once(child, 'spawn')
  options.onStart(child.pid!)
  const errors = captureLog(child, options.logFile)
  const closed = once(child, 'close')
  const exited = once(child, 'exit').then(([code, signal]) => `exited with ${signal ?? code}`)
  // Its last words may still be in the pipe.
  const ended = exited.then(async how => {
    await Promise.race([closed, sleep(lastWordsLimitMs)])
    return how
  })
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

  const socket = await within(startLimitMs, Promise.race([connectTo(child), ended.then(how => failedToStart(how, errors))]))
  socket.on('data', frameReader((type, payload) => {
    if (type === frameTypes.arrivals) writer.arrivals(payload)
    else if (type === frameTypes.listed) writer.listed(payload)
    else hear(JSON.parse(payload.toString()) as ServerMessage)
  }))
  socket.on('error', () => {})
  const tell = (command: ServerCommand): void => void socket.write(jsonFrame(frameTypes.command, command))

  tell({ kind: 'open', scenarioFile: options.scenarioFile, systemFile: options.systemFile, timeScale: options.timeScale, adminToken: options.adminToken, plan: headOf(plan) })
  socket.write(frame(frameTypes.plan, Buffer.concat([bytesOf(plan.triggeredTicks ?? plan.dueTicks), bytesOf(plan.shop)])))
  const ports = await Promise.race([
    until('destinations and Admin API listening', startLimitMs, () => listening, { everyMs: 5 }),
    ended.then(how => failedToStart(how, errors)),
  ])
  void ended.then(how => stopping || options.onDeath(how, [...errors]))

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
    pid: child.pid!,
    ports,
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
    met: async server => (await flush()).met[server],
    async stop() {
      stopping = true
      socket.destroy()
      const force = setTimeout(() => child.kill('SIGKILL'), 2_000)
      await exited
      clearTimeout(force)
    },
  }
}

/** Keeps the last lines of standard error for an error message, and all of it in the log. */
function captureLog(child: ChildProcess, file: string): string[] {
  const last: string[] = []
  const log = createWriteStream(file)
  child.stderr!.pipe(log)
  createInterface({ input: child.stderr! }).on('line', line => {
    last.push(line)
    if (last.length > lastLines) last.shift()
  })
  return last
}

async function connectTo(child: ChildProcess): Promise<Socket> {
  const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string]
  const socket = connect({ host: '127.0.0.1', port: (JSON.parse(line) as { port: number }).port, noDelay: true })
  await once(socket, 'connect')
  return socket
}

function failedToStart(how: string, errors: string[]): never {
  throw new FloodmarkError('usage', `the destinations' process ${how}`, { evidence: errors, hint: 'it imports the system file for `correlate`; the lines above are its own' })
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
