import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { monotonicMs, sleep, until } from '../../harness/clock.ts'
import type { Link } from '../../harness/environment/environment.ts'
import { anyAlive } from '../../harness/environment/process-tree.ts'
import { toxiproxyAt, type Proxy } from '../../harness/environment/toxiproxy.ts'
import type { FaultKind, FaultParameters, ResolvedFault } from '../../harness/faults/fault.ts'
import { accepts } from '../../harness/faults/probe.ts'
import { faultKinds } from '../../harness/faults/registry.ts'
import { startBareLinks, type BareLinks } from '../fixtures/faults/bare-links.ts'

const limitMs = 5_000
let server: Server
let bare: BareLinks
let nextLink = 0
/** What the server was asked, in order. */
const asked: string[] = []
const sockets = new Set<Socket>()

/** Asked for a number, a server that sends as many bytes; asked to `close`, it does; and to the probes of faults an HTTP server. Lines come in pieces. */
function serve(socket: Socket): void {
  let rest = ''
  let last = false
  socket.on('error', () => {}).on('data', bytes => {
    const lines = `${rest}${bytes}`.split(/\r?\n/)
    rest = lines.pop()!
    for (const line of lines) {
      asked.push(line)
      last ||= line === 'Connection: close'
      if (/^\d+$/.test(line)) socket.write('x'.repeat(Number(line)))
      if (line === 'close') socket.end('bye')
      if (line === '') socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      if (line === '' && last) socket.end()
    }
  })
}

beforeAll(async () => {
  server = createServer(serve)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  bare = await startBareLinks((server.address() as AddressInfo).port, 24)
}, 60_000)

afterAll(() => {
  for (const socket of sockets) socket.destroy()
  bare?.toxiproxy.kill('SIGKILL')
  server.close()
})

interface Client {
  socket: Socket
  chunks: () => number
  bytes: () => number
  /** How it ended, or undefined while it is open. */
  end: () => string | undefined
  /** Waits for so many bytes in all; the time since the question, ms. */
  ask(bytes: number): Promise<number>
}

async function open(link: Link): Promise<Client> {
  const [host, port] = link.listen.split(':')
  const socket = connect({ host, port: Number(port), noDelay: true, allowHalfOpen: false })
  sockets.add(socket)
  let bytes = 0
  let chunks = 0
  let end: string | undefined
  socket.on('data', chunk => { bytes += chunk.length; chunks += 1 })
  socket.on('error', error => { end ??= (error as NodeJS.ErrnoException).code })
  socket.on('end', () => { end ??= 'closed' }).on('close', () => { end ??= 'closed' })
  await once(socket, 'connect')
  return {
    socket, chunks: () => chunks, bytes: () => bytes, end: () => end,
    async ask(count) {
      const beganMs = monotonicMs()
      const before = bytes
      socket.write(`${count}\n`)
      await until(`${count} bytes`, limitMs, () => bytes - before >= count || undefined, { everyMs: 2 })
      return monotonicMs() - beganMs
    },
  }
}

/** A link that no other test has, and a fault to put on it and take away again. */
function onLink(): { link: Link; proxy: () => Promise<Proxy>; begin: (kind: keyof typeof faultKinds, parameters?: FaultParameters, id?: string) => Promise<void>; heal: (kind: keyof typeof faultKinds, id?: string, how?: 'heal' | 'forceHeal') => Promise<void> } {
  const link = bare.links[nextLink]
  nextLink += 1
  return {
    link,
    proxy: () => toxiproxyAt(link.proxy!.api).proxy(link.proxy!.name),
    async begin(kind, parameters = {}, id = kind) {
      const fault: FaultKind = faultKinds[kind]
      await fault.install(bare.environment, link.name, parameters, id)
      await until('installed', limitMs, () => fault.probeInstalled(bare.environment, link.name, parameters, id))
    },
    async heal(kind, id = kind, how = 'heal') {
      const fault: FaultKind = faultKinds[kind]
      await fault[how](bare.environment, link.name, id)
      await until('healed', limitMs, () => fault.probeHealed(bare.environment, link.name, id))
    },
  }
}

const endOf = async (client: Client): Promise<string> => await until('the end of the connection', limitMs, client.end)

test('throttle: so many bytes a second, for each connection, one way or both', async () => {
  const { link, begin, heal } = onLink()
  const old = await open(link)
  await begin('throttle', { rate: '20KB/s', direction: 'down' })
  const tookMs = await Promise.all([old.ask(10_000), (await open(link)).ask(10_000)])
  expect(Math.min(...tookMs)).toBeGreaterThan(400)
  await heal('throttle')
  expect(await old.ask(10_000)).toBeLessThan(Math.min(...tookMs))
  await begin('throttle', { rate: '20KB/s', direction: 'up' })
  expect(await old.ask(10_000)).toBeLessThan(Math.min(...tookMs))
  await heal('throttle')
}, 20_000)

test('slow: late by the latency, on an old connection and a new one', async () => {
  const { link, begin, heal } = onLink()
  const old = await open(link)
  await begin('slow', { latency: '150ms' })
  expect(await old.ask(1)).toBeGreaterThanOrEqual(149)
  expect(await (await open(link)).ask(1)).toBeGreaterThanOrEqual(149)
  await heal('slow')
  await begin('slow', { latency: '150ms', direction: 'both' })
  expect(await old.ask(1)).toBeGreaterThanOrEqual(299)
  await heal('slow')
}, 20_000)

test('slice: many pieces where there was one', async () => {
  const { link, begin, heal } = onLink()
  const client = await open(link)
  await client.ask(1_000)
  const whole = client.chunks()
  await begin('slice', { size: 100, delay: '20ms', direction: 'down' })
  expect(await client.ask(1_000)).toBeGreaterThan(150)
  expect(client.chunks() - whole).toBeGreaterThan(whole + 2)
  await heal('slice')
}, 20_000)

test('cutAfter: exactly so many bytes, counted from the fault on where the connection is older', async () => {
  const { link, begin, heal } = onLink()
  const old = await open(link)
  await old.ask(700)
  await begin('cutAfter', { bytes: 1_000 })
  const young = await open(link)
  for (const client of [old, young]) {
    const before = client.bytes()
    client.socket.write('5000\n')
    expect(await endOf(client)).toBe('closed')
    expect(client.bytes() - before).toBe(1_000)
  }
  await heal('cutAfter')
  await (await open(link)).ask(5_000)
}, 20_000)

test('reset: a RST at the first byte; an idle connection from before is closed, so that nobody goes on unharmed', async () => {
  const { link, begin, heal } = onLink()
  const idle = await open(link)
  // Until it has answered, Toxiproxy may not have taken it, and would then take it with the fault.
  await idle.ask(1)
  await begin('reset', { direction: 'up' })
  expect(await endOf(idle)).toBe('closed')
  const first = await open(link)
  first.socket.write('11\n')
  expect(await endOf(first)).toBe('ECONNRESET')
  expect(asked).not.toContain('11')
  await heal('reset')
  // Downstream the request has arrived, and only its answer is lost.
  await begin('reset', { direction: 'down' })
  const second = await open(link)
  second.socket.write('12\n')
  expect(await endOf(second)).toBe('ECONNRESET')
  expect([asked.includes('12'), second.bytes()]).toEqual([true, 0])
  await heal('reset')
  await (await open(link)).ask(5)
}, 20_000)

test('blackhole: bytes vanish, connections stay, and end with the fault', async () => {
  const { link, begin, heal } = onLink()
  const old = await open(link)
  await begin('blackhole', { direction: 'down' })
  const young = await open(link)
  old.socket.write('21\n')
  young.socket.write('22\n')
  await until('both questions arrive', limitMs, () => (asked.includes('21') && asked.includes('22')) || undefined)
  await sleep(300)
  expect([old.bytes(), young.bytes(), old.end(), young.end()]).toEqual([0, 0, undefined, undefined])
  await heal('blackhole')
  expect([await endOf(old), await endOf(young)]).toEqual(['closed', 'closed'])

  await begin('blackhole', { direction: 'up' })
  const unheard = await open(link)
  unheard.socket.write('23\n')
  await sleep(300)
  expect([asked.includes('23'), unheard.end()]).toEqual([false, undefined])
  await heal('blackhole')
  await (await open(link)).ask(5)
}, 20_000)

test('slowClose: what the server has closed stays open for the client', async () => {
  const { link, begin, heal } = onLink()
  await begin('slowClose', { delay: '400ms' })
  const client = await open(link)
  const beganMs = monotonicMs()
  client.socket.write('close\n')
  await endOf(client)
  expect([client.bytes(), monotonicMs() - beganMs > 395]).toEqual([3, true])
  await heal('slowClose')
}, 20_000)

test('flap: gone and there in turn, until it is healed', async () => {
  const { link, begin, heal } = onLink()
  await begin('flap', { period: '300ms', downFor: '150ms' })
  const seen: boolean[] = []
  await until('three changes', limitMs, async () => {
    const now = await accepts(link, 100)
    if (now !== seen.at(-1)) seen.push(now)
    return seen.length > 3 || undefined
  })
  await heal('flap')
  const looks = await Promise.all(Array.from({ length: 12 }, async (_, look) => {
    await sleep(look * 50)
    return await accepts(link, 1_000)
  }))
  expect(looks).not.toContain(false)
}, 20_000)

test('share: each connection is drawn once, so many of them that chance allows, and drawn anew when another toxic comes after it', async () => {
  const { link, begin, heal } = onLink()
  const clients = await Promise.all(Array.from({ length: 60 }, () => open(link)))
  /** Which of them get an answer. */
  async function spared(): Promise<boolean[]> {
    const before = clients.map(client => client.bytes())
    for (const client of clients) client.socket.write('1\n')
    await sleep(600)
    return clients.map((client, index) => client.bytes() > before[index])
  }
  await begin('blackhole', { share: 0.5, direction: 'up' })
  const first = await spared()
  // Outside of these bounds once in 500,000.
  expect(first.filter(Boolean).length).toBeGreaterThan(11)
  expect(first.filter(Boolean).length).toBeLessThan(49)
  expect(await spared()).toEqual(first)
  // Why nothing may come after a share on the same link.
  await begin('slow', { latency: '1ms', direction: 'up' })
  expect(await spared()).not.toEqual(first)
  await heal('slow')
  await heal('blackhole')
}, 20_000)

test('two faults on one link go their own ways', async () => {
  const { link, proxy, begin, heal } = onLink()
  const namesOf = async (): Promise<string[]> => (await proxy()).toxics.map(toxic => toxic.name).toSorted()
  await begin('slow', { latency: '100ms' }, 'fault-1')
  await begin('throttle', { rate: '50KB/s' }, 'fault-2')
  await begin('cut', {}, 'fault-3')
  expect(await accepts(link, 500)).toBe(false)
  await heal('slow', 'fault-1')
  expect([await namesOf(), (await proxy()).enabled]).toEqual([['fault-2-downstream', 'fault-2-upstream'], false])
  await heal('cut', 'fault-3')
  expect(await (await open(link)).ask(10_000)).toBeGreaterThan(150)
  await heal('throttle', 'fault-2')
  expect(await namesOf()).toEqual([])
}, 20_000)

test('a proxy that is replaced for one fault keeps the others', async () => {
  const { proxy, begin, heal } = onLink()
  await begin('slow', { latency: '100ms' }, 'fault-1')
  await begin('slice', { size: 100, delay: '1ms', direction: 'up' }, 'fault-2')
  await begin('cut', {}, 'fault-3')
  await heal('slow', 'fault-1', 'forceHeal')
  expect(await proxy()).toMatchObject({ enabled: false, toxics: [{ name: 'fault-2-upstream', attributes: { average_size: 100 } }] })
  await heal('cut', 'fault-3', 'forceHeal')
  expect(await proxy()).toMatchObject({ enabled: true, toxics: [{ name: 'fault-2-upstream' }] })
  await heal('slice', 'fault-2', 'forceHeal')
  expect(await proxy()).toMatchObject({ enabled: true, toxics: [] })
}, 20_000)

test('a harness that is killed leaves every link whole, whatever was in force on it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'floodmark-faults-links-'))
  const cases: [string, FaultParameters][] = [['cut', {}], ['slow', { latency: '200ms' }], ['throttle', { rate: '20KB/s' }], ['blackhole', {}], ['reset', {}], ['slowClose', { delay: '100ms' }], ['slice', { size: 10, delay: '5ms' }], ['cutAfter', { bytes: 100 }], ['flap', { period: '300ms' }]]
  const links = cases.map(() => onLink())
  const faults = cases.map(([kind, parameters], index): ResolvedFault => ({ id: `fault-${index + 1}`, kind, target: links[index].link.name, parameters, atMs: 0, forMs: 60_000 }))
  // Two on one link.
  faults.push({ ...faults[1], id: 'fault-10', kind: 'slowClose', parameters: { delay: '100ms' } })
  const harness = spawn(process.execPath, [fileURLToPath(new URL('../fixtures/faults/link-harness.ts', import.meta.url)), folder, JSON.stringify(links.map(({ link }) => link)), JSON.stringify(faults)], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [line] = await once(harness.stdout, 'data', { signal: AbortSignal.timeout(20_000) })
    const before = await Promise.all(links.map(({ proxy }) => proxy()))
    expect(before.filter(({ enabled, toxics }) => enabled && toxics.length === 0).map(({ name }) => name).filter(name => name !== links.at(-1)!.link.name)).toEqual([])
    harness.kill('SIGKILL')
    await until('the watchdog ended', 20_000, () => !anyAlive([Number(String(line))]) || undefined)
    expect(readFileSync(join(folder, 'watchdog.log'), 'utf8')).toContain('nothing left to undo')
    for (const { link, proxy } of links) {
      expect({ ...await proxy() }).toMatchObject({ name: link.name, enabled: true, toxics: [] })
      await (await open(link)).ask(500)
    }
  } finally {
    harness.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  }
}, 60_000)
