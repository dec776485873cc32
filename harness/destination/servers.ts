import { until } from '../clock.ts'
import type { ProcessJournal, ProcessUsage } from '../environment/environment.ts'
import { FloodmarkError } from '../errors.ts'
import type { History } from '../history/history.ts'
import type { Plan } from '../plan/plan.ts'
import { createArrivalWriter, type ArrivalWriter } from './arrivals.ts'
import { measureClock, type ClockOffset } from './clock-offset.ts'
import { openControl } from './control.ts'
import type { Misbehaviour } from './misbehaviour.ts'
import { frame, frameTypes, type PlanHead, type ServerMessage, type ServerStats } from './protocol.ts'
import { startServersProcess, type ServersProgram, type StartServersProgram } from './servers-program.ts'

const startLimitMs = 15_000

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
  /** How far their clock is from the harness's: all that they tell and are told has been corrected by it. */
  readonly clock: ClockOffset
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
  let stopping = false

  const { history, plan } = options
  const ended = new AbortController()
  const failed = program.ended.then(how => {
    ended.abort()
    return failedToStart(how, program)
  })
  const control = await Promise.race([failed, openControl(program, ended.signal)])
  const clock = await Promise.race([failed, measureClock(async () => (await control.ask(id => ({ kind: 'clock', id })) as Extract<ServerMessage, { kind: 'clock' }>).atMs)])
  const writer = createArrivalWriter(history, plan.topics.length, clock.offsetMs)
  let listening: Extract<ServerMessage, { kind: 'listening' }> | undefined
  let stats: ServerStats | undefined
  control.hear({
    message(message) {
      if (message.kind === 'listening') listening = message
      else if (message.kind === 'stats') stats = message
    },
    frame(type, payload) {
      if (type === frameTypes.arrivals) writer.arrivals(payload)
      else writer.listed(payload)
    },
  })

  const { scenarioFile, systemFile } = options
  control.tell({ kind: 'open', scenarioFile: program.pathOf(scenarioFile), systemFile: systemFile && program.pathOf(systemFile), timeScale: options.timeScale, adminToken: options.adminToken, plan: headOf(plan) })
  control.write(frame(frameTypes.plan, Buffer.concat([bytesOf(plan.triggeredTicks ?? plan.dueTicks), bytesOf(plan.shop)])))
  const { adminPort, destinationPorts } = await Promise.race([failed, until('destinations and Admin API listening', startLimitMs, () => listening, { everyMs: 5, signal: ended.signal })])
  void program.ended.then(how => stopping || options.onDeath(how, [...program.lastLines]))

  async function flush(): Promise<ServerStats> {
    return await control.ask(id => ({ kind: 'flush', id })) as ServerStats
  }

  return {
    host: program.host,
    ports: { adminPort: program.published(adminPort), destinationPorts: mapValues(destinationPorts, program.published) },
    upstreams: { admin: program.upstream(adminPort), destinations: mapValues(destinationPorts, program.upstream) },
    progress: writer.progress,
    clock,
    get stats() {
      return stats
    },
    begin: (part, startedAtMs, wallMs) => control.tell({ kind: 'begin', part, startedAtMs: startedAtMs + clock.offsetMs, wallMs }),
    openAdmin: open => control.tell({ kind: 'admin', open }),
    flush,
    async misbehave(server, misbehaviour) {
      const { problem } = await control.ask(id => ({ kind: 'misbehave', id, server, misbehaviour })) as Extract<ServerMessage, { kind: 'obeyed' }>
      if (problem !== undefined) throw new Error(`${server}: ${problem}`)
    },
    // A program that has died can no longer be asked: what it said last stands.
    usage: async () => (await flush().catch(() => stats))?.usage ?? { cpuMicroseconds: 0, peakRssBytes: 0 },
    met: async server => (await flush()).met[server],
    async stop() {
      stopping = true
      control.close()
      await program.gone()
    },
  }
}

function mapValues<T, U>(values: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]))
}

function failedToStart(how: string, { lastLines }: ServersProgram): never {
  throw new FloodmarkError('usage', `the destinations' process ${how}`, { evidence: lastLines, hint: 'it imports the system file for `correlate`; the lines above are its own' })
}

function headOf({ seed, hash, eventCount, warmUpCount, shops, topics, floodMs, peakPerSecond }: Plan): PlanHead {
  return { seed, hash, eventCount, warmUpCount, shops, topics, floodMs, peakPerSecond }
}

function bytesOf(array: Uint32Array | Uint16Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}
