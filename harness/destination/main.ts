/**
 * The harness's own servers, a program of their own: every destination of the system and the platform's Admin API.
 * Whoever starts it reads one line from its standard output, `{"port":N}`, connects there, and speaks protocol.ts.
 * The program ends when that connection does, so it never outlives its harness.
 *
 * Environment: HOST (127.0.0.1) to listen on, CONTROL_PORT (0: any free one), and FIRST_PORT, from which the servers' own ports are counted: the
 * destinations' in the system's order, then the Admin API's (0: any free ones).
 */
import type { Server } from 'node:http'
import { createServer, type Socket } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { monotonicMs } from '../clock.ts'
import { createPortPicker } from '../environment/free-port.ts'
import { platform } from '../environment/links.ts'
import { causeOf } from '../errors.ts'
import type { Plan } from '../plan/plan.ts'
import { createAdminApi, type AdminApi } from '../platform/admin-api.ts'
import { createCorpus } from '../platform/corpus.ts'
import { loadScenario, loadSystem } from '../scenario/load.ts'
import { createAdminServer } from './admin-server.ts'
import { createArrivalLog, type ArrivalLog } from './arrival-log.ts'
import { Conduct } from './conduct.ts'
import { createDestinationServer } from './destination-server.ts'
import { createEventFinder, type EventFinder } from './event-finder.ts'
import { listen, refuse, reopen } from './listener.ts'
import type { Misbehaviour } from './misbehaviour.ts'
import { frame, frameReader, frameTypes, jsonFrame, type PlanHead, type ServerCommand, type ServerMessage, type ServerStats } from './protocol.ts'

const host = process.env.HOST ?? '127.0.0.1'
const firstPort = Number(process.env.FIRST_PORT ?? 0)
const flushEveryMs = 20
const statsEveryMs = 1_000

const control = createServer({ noDelay: true }, serve)
control.maxConnections = 1
const controlPort = await listen(control, host, Number(process.env.CONTROL_PORT ?? 0))
process.stdout.write(`${JSON.stringify({ port: controlPort })}\n`)

interface Servers {
  finder: EventFinder
  log: ArrivalLog
  admin: AdminApi
  /** The destinations by name, and the Admin API under `platform`. */
  open: Map<string, { server: Server; port: number; conduct: Conduct }>
}

function serve(socket: Socket): void {
  const delay = monitorEventLoopDelay({ resolution: 5 })
  let opening: Extract<ServerCommand, { kind: 'open' }> | undefined
  let servers: Servers | undefined

  function tell(message: ServerMessage): void {
    socket.write(jsonFrame(frameTypes.message, message))
  }

  function tellStats(id?: number): void {
    servers!.log.flush()
    const ms = (nanoseconds: number): number => nanoseconds / 1e6
    const met = Object.fromEntries([...servers!.open].map(([name, { conduct }]) => [name, conduct.met]))
    tell({ kind: 'stats', id, ...servers!.log.strays(), met, usage: ownUsage(), eventLoopDelayMs: { p50: ms(delay.percentile(50)), p99: ms(delay.percentile(99)), max: ms(delay.max) } })
  }

  function obey(command: ServerCommand): void {
    switch (command.kind) {
      case 'clock':
        tell({ kind: 'clock', id: command.id, atMs: monotonicMs() })
        break
      case 'open':
        opening = command
        break
      case 'begin':
        servers!.finder.begin(command.part, command.wallMs)
        servers!.admin.begin(command)
        delay.reset()
        delay.enable()
        break
      case 'admin':
        servers!.admin.setOpen(command.open)
        break
      case 'flush':
        tellStats(command.id)
        break
      case 'misbehave':
        void misbehave(servers!, command).then(() => undefined, causeOf).then(problem => tell({ kind: 'obeyed', id: command.id, problem }))
    }
  }

  async function open(columns: Buffer): Promise<void> {
    const opened = await openServers(opening!, readPlan(opening!.plan, columns), data => socket.write(data))
    servers = opened.servers
    setInterval(() => servers!.log.flush(), flushEveryMs)
    setInterval(tellStats, statsEveryMs)
    tell({ kind: 'listening', ...opened.ports })
  }

  socket.on('data', frameReader((type, payload) => {
    if (type === frameTypes.command) obey(JSON.parse(payload.toString()) as ServerCommand)
    else if (type === frameTypes.plan) void open(Buffer.from(payload))
  }))
  socket.write(frame(frameTypes.greeting, new Uint8Array()))
  socket.on('error', () => process.exit(0))
  socket.on('close', () => process.exit(0))
}

async function openServers(command: Extract<ServerCommand, { kind: 'open' }>, plan: Plan, send: (frame: Buffer) => void): Promise<{ servers: Servers; ports: { adminPort: number; destinationPorts: Record<string, number> } }> {
  const system = command.systemFile === null ? (await loadScenario(command.scenarioFile)).system : await loadSystem(command.systemFile)
  const corpus = createCorpus({ seed: plan.seed, shops: plan.shops, topics: plan.topics })
  const finder = createEventFinder(plan, corpus)
  const names = Object.keys(system.destinations)
  const log = createArrivalLog(names, finder, send)
  const admin = createAdminApi({ plan, corpus, token: command.adminToken, onListed: order => log.listed(order, monotonicMs()) })
  const generator = xoroshiro128plus(plan.seed)
  const random = (): number => uniformFloat64(generator)
  const open: Servers['open'] = new Map()
  const pickPort = firstPort === 0 ? createPortPicker() : countPorts(firstPort)
  const destinationPorts: Record<string, number> = {}
  for (const name of names) {
    const destination = system.destinations[name]
    const conduct = new Conduct(destination.latency, random)
    const server = createDestinationServer({ name, destination, correlate: system.correlate, log, timeScale: command.timeScale, conduct, random })
    destinationPorts[name] = await listen(server, host, await pickPort())
    open.set(name, { server, port: destinationPorts[name], conduct })
  }
  const conduct = new Conduct({ p50: '0ms' }, random)
  const server = createAdminServer(admin, conduct)
  const adminPort = await listen(server, host, await pickPort())
  open.set(platform, { server, port: adminPort, conduct })
  return { servers: { finder, log, admin, open }, ports: { adminPort, destinationPorts } }
}

function countPorts(first: number): () => Promise<number> {
  let next = first
  return async () => next++
}

function ownUsage(): ServerStats['usage'] {
  const { user, system } = process.cpuUsage()
  return { cpuMicroseconds: user + system, peakRssBytes: process.resourceUsage().maxRSS * 1024 }
}

/** Throws where the port cannot be had again. */
async function misbehave({ open }: Servers, { server: name, misbehaviour }: { server: string; misbehaviour?: Misbehaviour }): Promise<void> {
  const { server, port, conduct } = open.get(name)!
  conduct.set(misbehaviour)
  await (misbehaviour?.refuses ? refuse(server) : reopen(server, host, port))
}

function readPlan(head: PlanHead, columns: Buffer): Plan {
  const bytes = columns.buffer.slice(columns.byteOffset, columns.byteOffset + columns.length)
  // The instants are those of what happened in the shops, as of a platform that sends at once.
  return { ...head, dueTicks: new Uint32Array(bytes, 0, head.eventCount), shop: new Uint16Array(bytes, 4 * head.eventCount, head.eventCount) }
}
