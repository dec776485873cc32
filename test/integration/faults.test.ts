import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { monotonicMs } from '../../harness/clock.ts'
import type { Environment } from '../../harness/environment/environment.ts'
import { toxiproxyAt } from '../../harness/environment/toxiproxy.ts'
import { disturb, type DisturbOptions } from '../../harness/faults/disturb.ts'
import type { FaultEvent, FaultKind, FaultRecord, ResolvedFault } from '../../harness/faults/fault.ts'
import { probeFaultPaths } from '../../harness/faults/fault-paths.ts'
import { openJournal, readJournal, type Journal } from '../../harness/faults/journal.ts'
import { askOnce } from '../../harness/faults/probe.ts'
import { faultKinds, type FaultKinds } from '../../harness/faults/registry.ts'
import { arrangeSmallSystem } from '../fixtures/faults/arrange.ts'

const folder = mkdtempSync(join(tmpdir(), 'floodmark-faults-'))
const quiet = { refused: 0, indeterminate: 0 }
let journal: Journal
let destination: Server
let environment: Environment
let events: FaultEvent[] = []

beforeAll(async () => {
  journal = openJournal(folder)
  destination = createServer((_request, response) => response.end('{}'))
  await new Promise<void>(resolve => destination.listen(0, '127.0.0.1', resolve))
  environment = await arrangeSmallSystem({ folder, journal, destinationPort: (destination.address() as AddressInfo).port, signal: AbortSignal.timeout(120_000) })
}, 120_000)

afterAll(async () => {
  await environment?.stop()
  destination.closeAllConnections()
  destination.close()
  journal.close()
  rmSync(folder, { recursive: true })
}, 30_000)

/** A fault from 0.3 s into the schedule on, with parameters for the one kind that takes any. */
function fault(kind: string, target: string, forMs = 2_000): ResolvedFault {
  return { id: `${kind} ${target}`, kind, target, parameters: kind === 'slow' ? { latency: '200ms', jitter: '20ms' } : {}, atMs: 300, forMs }
}

async function run(faults: ResolvedFault[], more: Partial<DisturbOptions> = {}): Promise<FaultRecord[]> {
  events = []
  return await disturb({ environment, faults, journal, floodStartedAtMs: monotonicMs(), counters: () => quiet, signal: new AbortController().signal, onEvent: event => events.push(event), ...more })
}

/** Every link and component as it was before any fault. */
async function expectHealthy(): Promise<void> {
  for (const link of environment.links.values()) {
    const { enabled, toxics } = await toxiproxyAt(link.proxy!.api).proxy(link.name)
    expect({ link: link.name, enabled, toxics }).toEqual({ link: link.name, enabled: true, toxics: [] })
    if (link.to !== 'platform') expect({ link: link.name, answer: (await askOnce(link, 2_000)).kind }).toEqual({ link: link.name, answer: 'answered' })
  }
  for (const component of environment.components.values()) await component.probe(2_000)
  // What is left in the journal is the living processes and their folder, and no fault.
  expect(readJournal(folder).undone.map(({ step }) => step).filter(step => step.do !== 'remove-folder' && !(step.do === 'signal' && step.signal === 'SIGKILL'))).toEqual([])
}

/** The same kind with its install doing nothing. */
function planted(kind: FaultKind<any>, more: Partial<FaultKind> = {}): FaultKind {
  return { ...kind, install: async () => 'nothing', ...more }
}

describe('every fault is seen installed, observed and healed', () => {
  test.each([
    [['cut', 'intake->queue'], ['slow', 'intake->ledger'], ['kill', 'intake']],
    [['slow', 'intake->queue'], ['cut', 'intake->analytics'], ['kill', 'ledger']],
    [['cut', 'intake->ledger'], ['slow', 'intake->analytics'], ['pause', 'queue']],
    [['pause', 'ledger'], ['kill', 'queue'], ['pause', 'intake']],
    [['cut', 'platform->intake']],
    [['slow', 'platform->intake']],
  ])('%j', async (...cases) => {
    const faults = cases.map(([kind, target]) => fault(kind, target))
    expect(await probeFaultPaths(environment, faults)).toEqual([])
    for (const record of await run(faults)) {
      const { installedAt, observedAt, healedAt } = record
      expect(record).toMatchObject({ installedAt: expect.any(Number), observedAt: expect.any(Number), observedBy: 'probe', healedAt: expect.any(Number) })
      expect(installedAt!).toBeLessThanOrEqual(observedAt!)
      expect(observedAt!).toBeLessThan(2_300)
      expect(healedAt!).toBeGreaterThanOrEqual(2_300)
    }
    expect(events.filter(event => event.kind === 'failed')).toEqual([])
    expect(events).toHaveLength(3 * cases.length)
    await expectHealthy()
  }, 60_000)

  test('faults on one target follow each other, also when one outlasts its window', async () => {
    const first = { ...fault('kill', 'queue', 400), id: 'first' }
    const slowToReturn = planted(faultKinds.kill, { install: faultKinds.kill.install, heal: async (...target) => { await new Promise(resolve => setTimeout(resolve, 500)); await faultKinds.kill.heal(...target) } })
    const records = await run([{ ...first, id: 'second', atMs: 750, forMs: 1_500 }, first], { kinds: { ...faultKinds, kill: slowToReturn } })
    expect(records.map(record => record.id)).toEqual(['second', 'first'])
    const [second, before] = records
    expect(second.requestedAt).toBeGreaterThanOrEqual(before.healedAt!)
    expect([before.observedBy, second.observedBy]).toEqual(['probe', 'probe'])
    await expectHealthy()
  }, 60_000)

  test('a component that answers nobody is seen in its exit', async () => {
    const queue = environment.components.get('queue')!
    const mute = Object.create(queue, { probe: { value: async () => { throw new Error('nobody listens') } } })
    const around = { ...environment, components: new Map([...environment.components, ['queue', mute]]) }
    const kill = planted(faultKinds.kill, { install: faultKinds.kill.install, probeHealed: () => faultKinds.kill.probeHealed(environment, 'queue', '') })
    const [record] = await run([fault('kill', 'queue', 500)], { environment: around, kinds: { kill } })
    expect(record).toMatchObject({ observedBy: 'exit', observedAt: expect.any(Number), healedAt: expect.any(Number) })
    expect(record.evidence.join('\n')).toContain('SIGKILL')
    await expectHealthy()
  }, 60_000)
})

describe('a fault that does nothing', () => {
  const targets = [['cut', 'intake->queue'], ['slow', 'intake->ledger'], ['kill', 'intake'], ['pause', 'ledger'], ['cut', 'intake->analytics'], ['pause', 'queue']] as const
  const each = (more: Partial<FaultKind>): FaultKinds => Object.fromEntries(Object.entries(faultKinds).map(([name, kind]) => [name, planted(kind, more)]))

  test('is never observed, even if it claims to be installed', async () => {
    const records = await run(targets.map(([kind, target]) => fault(kind, target)), { kinds: each({ probeInstalled: async () => 'so it says' }) })
    for (const record of records) expect(record).toMatchObject({ installedAt: expect.any(Number), observedAt: null, observedBy: null, healedAt: expect.any(Number) })
    expect(events.filter(event => event.kind === 'failed')).toHaveLength(targets.length)
    await expectHealthy()
  }, 60_000)

  test('is not seen installed by the probe of its own kind', async () => {
    const records = await run(targets.map(([kind, target]) => fault(kind, target)), { kinds: each({}) })
    for (const record of records) {
      expect(record).toMatchObject({ installedAt: null, observedAt: null, healedAt: expect.any(Number) })
      expect(record.evidence.join('\n')).toContain('not installed')
    }
    await expectHealthy()
  }, 60_000)

  test('on the wrong link is not observed', async () => {
    const astray = planted(faultKinds.cut, {
      install: (around, _target, _parameters, id) => faultKinds.cut.install(around, 'intake->ledger', {}, id),
      probeInstalled: async () => 'so it says',
      heal: (around, _target, id) => faultKinds.cut.heal(around, 'intake->ledger', id),
    })
    const [record] = await run([fault('cut', 'intake->queue')], { kinds: { cut: astray } })
    expect(record).toMatchObject({ installedAt: expect.any(Number), observedAt: null })
    await expectHealthy()
  }, 60_000)
})

describe('traffic', () => {
  /** Posts to the intake one after another and counts what fails, as the platform does. */
  async function withTraffic(counters: { refused: number; indeterminate: number }, work: () => Promise<void>): Promise<void> {
    let going = true
    const posting = (async () => {
      while (going) {
        await fetch(environment.intakeUrl, { method: 'POST', body: '{}', signal: AbortSignal.timeout(500) }).then(answer => answer.text(), () => { counters.indeterminate += 1 })
        await new Promise(resolve => setTimeout(resolve, 20))
      }
    })()
    await work().finally(() => { going = false })
    await posting
  }
  const blind = (kind: FaultKind<any>): FaultKind => ({ ...kind, watch: async () => { throw new Error('no probe here') } })

  test('that fails with the fault is its effect', async () => {
    const counters = { ...quiet }
    await withTraffic(counters, async () => {
      const [record] = await run([fault('cut', 'platform->intake')], { counters: () => ({ ...counters }), kinds: { cut: blind(faultKinds.cut) } })
      expect(record).toMatchObject({ observedBy: 'traffic', observedAt: expect.any(Number), healedAt: expect.any(Number) })
    })
    await expectHealthy()
  }, 60_000)

  test('that fails says nothing of a fault elsewhere', async () => {
    const counters = { ...quiet }
    const failing = setInterval(() => { counters.refused += 1 }, 100)
    try {
      const [record] = await run([fault('cut', 'intake->queue')], { counters: () => ({ ...counters }), kinds: { cut: blind(faultKinds.cut) } })
      expect(record).toMatchObject({ installedAt: expect.any(Number), observedAt: null, healedAt: expect.any(Number) })
      expect(record.evidence.join('\n')).toContain('no probe here')
    } finally {
      clearInterval(failing)
    }
    await expectHealthy()
  }, 60_000)
})

describe('whatever happens, what was installed is healed', () => {
  test('an abort in the middle of every kind', async () => {
    const stop = new AbortController()
    const faults = [fault('cut', 'intake->queue', 60_000), fault('slow', 'intake->analytics', 60_000), fault('kill', 'ledger', 60_000), fault('pause', 'intake', 60_000), { ...fault('pause', 'queue'), atMs: 50_000 }]
    const records = await run(faults, {
      signal: stop.signal,
      onEvent: event => {
        events.push(event)
        if (events.filter(each => each.kind === 'installed').length === 4) stop.abort(new Error('enough'))
      },
    })
    // The fifth never began.
    expect(records.map(record => record.id)).toEqual(faults.slice(0, 4).map(each => each.id))
    for (const record of records) expect(record).toMatchObject({ installedAt: expect.any(Number), healedAt: expect.any(Number) })
    await expectHealthy()
  }, 60_000)

  test('an install that does its work and then throws', async () => {
    const throwing = planted(faultKinds.cut, { install: async (around, target, _parameters, id) => { await faultKinds.cut.install(around, target, {}, id); throw new Error('planted') } })
    const [record] = await run([fault('cut', 'intake->queue')], { kinds: { cut: throwing } })
    expect(record).toMatchObject({ installedAt: null, observedAt: null, healedAt: expect.any(Number) })
    expect(record.evidence.join('\n')).toContain('not installed: planted')
    await expectHealthy()
  }, 60_000)

  test('by force where healing hangs', async () => {
    const hanging = Object.fromEntries(Object.entries(faultKinds).map(([name, kind]) => [name, { ...kind, heal: () => new Promise<void>(() => {}), healLimitMs: 4_000 }])) as unknown as FaultKinds
    const records = await run([fault('cut', 'intake->queue', 1_000), fault('slow', 'intake->analytics', 1_000), fault('kill', 'intake', 1_000), fault('pause', 'ledger', 1_000)], { kinds: hanging })
    for (const record of records) {
      expect(record).toMatchObject({ installedAt: expect.any(Number), healedAt: expect.any(Number) })
      expect(record.evidence.join('\n')).toMatch(/not healed: healed: not within 4000 ms\n.*healed by force/)
    }
    await expectHealthy()
  }, 60_000)

  test('a bug in one kind leaves the others to go their way', async () => {
    const broken = planted(faultKinds.pause, { undo: () => { throw new TypeError('planted') } })
    const [cut, pause] = await run([fault('cut', 'intake->queue'), fault('pause', 'ledger')], { kinds: { ...faultKinds, pause: broken } })
    expect(cut).toMatchObject({ observedBy: 'probe', healedAt: expect.any(Number) })
    expect(pause).toMatchObject({ installedAt: null, healedAt: null, evidence: expect.arrayContaining(['failed: planted']) })
    await expectHealthy()
  }, 60_000)
})

test('a fault that no probe could see is told before the flood', async () => {
  const link = { ...environment.links.get('intake->queue')!, proxy: undefined }
  const around = { ...environment, links: new Map([['intake->queue', link]]) }
  expect(await probeFaultPaths(around, [fault('cut', 'intake->queue'), fault('cut', 'intake->nowhere'), fault('kill', 'nobody')])).toEqual([
    'cut intake->queue: the link intake->queue is direct: no fault can be done to it',
    'cut intake->nowhere: there is no link intake->nowhere; there are intake->queue',
    'kill nobody: there is no component nobody; there are queue, ledger, intake',
  ])
})
