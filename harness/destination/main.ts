/**
 * The harness's own servers, a process of their own: every destination of the system and the platform's Admin API.
 * Whoever starts it reads one line from its standard output, `{"port":N}`, connects there, and speaks protocol.ts.
 * The process ends when that connection does, so it never outlives its harness.
 *
 * Environment: HOST (127.0.0.1) to listen on, CONTROL_PORT (0: any free one).
 */
import { createServer as createHttpServer, type Server } from 'node:http'
import { createServer, type AddressInfo, type Server as NetServer, type Socket } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { monotonicMs } from '../clock.ts'
import type { Plan } from '../plan/plan.ts'
import { createAdminApi, type AdminApi } from '../platform/admin-api.ts'
import { createCorpus } from '../platform/corpus.ts'
import { loadScenario, loadSystem } from '../scenario/load.ts'
import { createArrivalLog, type ArrivalLog } from './arrival-log.ts'
import { createDestinationServer } from './destination-server.ts'
import { createEventFinder, type EventFinder } from './event-finder.ts'
import { frameReader, frameTypes, jsonFrame, type PlanHead, type ServerCommand, type ServerMessage } from './protocol.ts'

const host = process.env.HOST ?? '127.0.0.1'
const flushEveryMs = 20
const statsEveryMs = 1_000

const control = createServer({ noDelay: true }, serve)
control.maxConnections = 1
const controlPort = await listen(control, Number(process.env.CONTROL_PORT ?? 0))
process.stdout.write(`${JSON.stringify({ port: controlPort })}\n`)

interface Servers {
  finder: EventFinder
  log: ArrivalLog
  admin: AdminApi
}

function serve(socket: Socket): void {
  const delay = monitorEventLoopDelay({ resolution: 5 })
  let opening: Extract<ServerCommand, { kind: 'open' }> | undefined
  let servers: Servers | undefined

  function tell(message: ServerMessage): void {
    socket.write(jsonFrame(frameTypes.message, message))
  }

  function tellStats(flush?: number): void {
    servers!.log.flush()
    const ms = (nanoseconds: number): number => nanoseconds / 1e6
    tell({ kind: 'stats', flush, ...servers!.log.strays(), eventLoopDelayMs: { p50: ms(delay.percentile(50)), p99: ms(delay.percentile(99)), max: ms(delay.max) } })
  }

  function obey(command: ServerCommand): void {
    switch (command.kind) {
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
  const destinationPorts: Record<string, number> = {}
  for (const name of names) {
    const server = createDestinationServer({ name, destination: system.destinations[name], correlate: system.correlate, log, timeScale: command.timeScale, random })
    destinationPorts[name] = await listen(server, 0)
  }
  const adminPort = await listen(createHttpServer({ keepAliveTimeout: 120_000 }, (request, response) => admin.handle(request, response)), 0)
  return { servers: { finder, log, admin }, ports: { adminPort, destinationPorts } }
}

function readPlan(head: PlanHead, columns: Buffer): Plan {
  const bytes = columns.buffer.slice(columns.byteOffset, columns.byteOffset + columns.length)
  return { ...head, dueTicks: new Uint32Array(bytes, 0, head.eventCount), shop: new Uint16Array(bytes, 4 * head.eventCount, head.eventCount) }
}

async function listen(server: Server | NetServer, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return (server.address() as AddressInfo).port
}
