import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { monotonicMs } from '../../harness/clock.ts'
import type { Environment, Link } from '../../harness/environment/environment.ts'
import { toxiproxyAt } from '../../harness/environment/toxiproxy.ts'
import { disturb } from '../../harness/faults/disturb.ts'
import type { FaultParameters, FaultRecord, ResolvedFault } from '../../harness/faults/fault.ts'
import { openJournal, type Journal } from '../../harness/faults/journal.ts'
import { askOnce } from '../../harness/faults/probe.ts'
import { faultKinds, type FaultKinds } from '../../harness/faults/registry.ts'
import { arrangeSmallSystem } from '../fixtures/faults/arrange.ts'
import { withExtraLinks } from '../fixtures/faults/extra-links.ts'

const folder = mkdtempSync(join(tmpdir(), 'floodmark-faults-links-'))
const { signal } = new AbortController()
const protocols = ['queue', 'ledger', 'analytics'] as const
let journal: Journal
let destination: Server
let system: Environment

/** Every kind that is done to a link, with parameters whose effect stands out on a machine that is busy. */
const cases: [kind: keyof typeof faultKinds, parameters: FaultParameters][] = [
  ['cut', {}],
  ['slow', { latency: '250ms', jitter: '30ms' }],
  ['slow', { latency: '250ms', direction: 'up', share: 0.5 }],
  ['throttle', { rate: '20KB/s' }],
  ['blackhole', {}],
  ['blackhole', { direction: 'up', share: 0.5 }],
  ['reset', {}],
  ['slowClose', { delay: '250ms' }],
  ['slice', { size: 100, delay: '10ms', direction: 'down' }],
  ['cutAfter', { bytes: 1_500 }],
  ['flap', { period: '600ms', downFor: '200ms' }],
]

beforeAll(async () => {
  journal = openJournal(folder)
  destination = createServer((_request, response) => response.end('{}'))
  await new Promise<void>(resolve => destination.listen(0, '127.0.0.1', resolve))
  system = await arrangeSmallSystem({ folder, journal, destinationPort: (destination.address() as AddressInfo).port, signal: AbortSignal.timeout(120_000) })
}, 120_000)

afterAll(async () => {
  await system?.stop()
  destination.closeAllConnections()
  destination.close()
  journal.close()
  rmSync(folder, { recursive: true })
}, 30_000)

/** A link for every case and protocol, the fault of the case on each. */
async function everyCase(name: string): Promise<{ environment: Environment; faults: ResolvedFault[] }> {
  const environment = await withExtraLinks(system, name, cases.length)
  const faults = protocols.flatMap(to => cases.map(([kind, parameters], number) => {
    const target = `${name}-${number}->${to}`
    // One after the other, since all of their probes at once would be a flood of their own.
    return { id: `${name}-${kind}-${number}-${to}`, kind, target, parameters, atMs: 1_200 + 50 * number, forMs: 5_000 }
  }))
  return { environment, faults }
}

async function run(environment: Environment, faults: ResolvedFault[], kinds: FaultKinds = faultKinds): Promise<FaultRecord[]> {
  return await disturb({ environment, faults, journal, signal, kinds, floodStartedAtMs: monotonicMs(), counters: () => ({ refused: 0, indeterminate: 0 }), onEvent: () => {} })
}

async function expectHealthy({ links }: Environment): Promise<void> {
  for (const link of links.values()) {
    const { enabled, toxics } = await toxiproxyAt(link.proxy!.api).proxy(link.proxy!.name)
    const { kind } = await askOnce(link, 2_000)
    expect({ link: link.name, enabled, toxics, kind }).toEqual({ link: link.name, enabled: true, toxics: [], kind: 'answered' })
  }
}

/** Talks on each link without a pause, on one connection as long as that lasts, and counts the answers. */
function keepTalking(links: Iterable<Link>): { answers: Map<string, number>; stop: () => void } {
  const answers = new Map<string, number>()
  let going = true
  const question = { nats: 'PING\r\n', postgres: Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]), http: 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n', tcp: '' }
  function talk(link: Link): void {
    if (!going) return
    const [host, port] = link.listen.split(':')
    const socket = connect({ host, port: Number(port) })
    const speak = (): void => void (going ? socket.write(question[link.protocol]) : socket.destroy())
    socket.once('connect', speak).on('error', () => {}).once('close', () => setTimeout(talk, 20, link))
    socket.on('data', () => {
      answers.set(link.name, (answers.get(link.name) ?? 0) + 1)
      // PostgreSQL takes one question before a login.
      setTimeout(link.protocol === 'postgres' ? () => socket.destroy() : speak, 5)
    })
  }
  for (const link of links) talk(link)
  return { answers, stop: () => { going = false } }
}

test('faults that overlap, on one link and on a link and its far end, are each seen and healed, and what cannot overlap waits', async () => {
  const fault = (kind: string, target: string, atMs: number, forMs: number, parameters: FaultParameters = {}): ResolvedFault => ({ id: `${kind}-${atMs}`, kind, target, parameters, atMs, forMs })
  const faults = [
    fault('slow', 'intake->queue', 300, 4_500, { latency: '100ms' }),
    fault('cut', 'intake->queue', 2_000, 1_000),
    fault('slow', 'intake->ledger', 310, 3_000, { latency: '100ms' }),
    fault('kill', 'ledger', 2_010, 1_000),
    fault('throttle', 'intake->analytics', 320, 4_500, { rate: '20KB/s' }),
    fault('slowClose', 'intake->analytics', 2_020, 2_000, { delay: '200ms' }),
    // Begins in the very moment that the last ends, and must not: nothing would have answered its probes before.
    fault('blackhole', 'intake->queue', 3_000, 2_500),
  ]
  const records = await run(system, faults)
  for (const record of records) {
    expect(record, record.evidence.join('\n')).toMatchObject({ installedAt: expect.any(Number), observedAt: expect.any(Number), healedAt: expect.any(Number) })
    expect(record.evidence.at(-1)).toMatch(/^healed: /)
  }
  const [slow, cut, slowStore, kill, throttle, slowClose, blackhole] = records
  for (const [outer, inner] of [[slow, cut], [slowStore, kill], [throttle, slowClose]]) expect(inner.installedAt!).toBeLessThan(outer.healedAt!)
  expect(cut.healedAt!).toBeLessThan(slow.healedAt!)
  expect(blackhole.requestedAt).toBeGreaterThan(cut.healedAt!)
  await expectHealthy({ ...system, links: new Map([...system.links].filter(([name]) => name !== 'platform->intake')) })
}, 60_000)

describe('every kind, over every protocol, is seen installed, observed and healed', () => {
  test('on idle links', async () => {
    const { environment, faults } = await everyCase('idle')
    for (const record of await run(environment, faults)) {
      expect(record, record.evidence.join('\n')).toMatchObject({ installedAt: expect.any(Number), observedAt: expect.any(Number), observedBy: 'probe', healedAt: expect.any(Number) })
      expect(record.observedAt!).toBeLessThan(record.healedAt!)
      expect(record.evidence.at(-1)).toMatch(/^healed: /)
    }
    await expectHealthy(environment)
  }, 60_000)

  test('on links in use, which go on where they left off', async () => {
    const { environment, faults } = await everyCase('live')
    const { answers, stop } = keepTalking(environment.links.values())
    try {
      for (const record of await run(environment, faults)) {
        expect(record, record.evidence.join('\n')).toMatchObject({ installedAt: expect.any(Number), observedAt: expect.any(Number), healedAt: expect.any(Number) })
      }
      answers.clear()
      await expect.poll(() => faults.filter(({ target }) => !answers.has(target)).map(({ id }) => id), { timeout: 10_000 }).toEqual([])
    } finally {
      stop()
    }
    await expectHealthy(environment)
  }, 60_000)

  test('and is never observed where it does nothing, whatever it claims', async () => {
    const { environment, faults } = await everyCase('planted')
    const planted = Object.fromEntries(Object.entries(faultKinds).map(([name, kind]) => [name, { ...kind, install: async () => 'nothing', probeInstalled: async () => 'so it says' }])) as unknown as FaultKinds
    const records = await run(environment, faults.filter((_, index) => index % 2 === 0).map(fault => ({ ...fault, forMs: 2_000 })), planted)
    for (const record of records) expect(record).toMatchObject({ installedAt: expect.any(Number), observedAt: null, healedAt: expect.any(Number) })
    await expectHealthy(environment)
  }, 60_000)
})
