// One contract, one case table, run against every kind of environment: what a system's components are, and what can be done to each.
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { readFileSync } from 'node:fs'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../../harness/clock.ts'
import { command, http, nats, node } from '../../harness/environment/components.ts'
import type { StartedComponent } from '../../harness/environment/environment.ts'
import type { EnvironmentName } from '../../harness/environment/environments.ts'
import { toxiproxyAt } from '../../harness/environment/toxiproxy.ts'
import { askOnce } from '../../harness/faults/probe.ts'
import type { Component } from '../../harness/scenario/system.ts'
import { program, small } from '../fixtures/environment/arranged.ts'
import { createStage } from './environment-stage.ts'

/** Every kind of component that all environments have. */
const components = {
  queue: nats({ syncInterval: 'always' }),
  forgetful: nats({ storage: 'memory' }),
  cluster: nats({ nodes: 3 }),
  ledger: small.ledger,
  ingest: program(({ to, scaled, secret }) => ({ REACH: ['queue', 'forgetful', 'ledger', 'spare', 'shell'].map(to).join(','), CLUSTER: to('cluster'), LEDGER: to('ledger'), SCALED: scaled('2m'), SECRET: secret })),
  shell: command(['sh', '-c', 'exec node ./program.ts'], { env: ({ host, port }) => ({ HOST: host, PORT: port }), ready: http('/healthz') }),
  crew: node('./program.ts', { env: ({ host, port, to }) => ({ HOST: host, PORT: port, REACH: to('queue') }), ready: http('/healthz'), replicas: 2 }),
  spare: program(),
  stubborn: program(() => ({ IGNORE_SIGTERM: 'yes' })),
} satisfies Record<string, Component>

const members = ['queue', 'forgetful', 'cluster-1', 'cluster-2', 'cluster-3', 'ledger', 'ingest', 'shell', 'crew-1', 'crew-2', 'spare', 'stubborn']

/** What a kind of environment is tried with besides. */
export interface ContractSetting {
  /** Components that only it has: what can be done to the others is done to these too. */
  more?: Record<string, Component>
  versions: Record<string, unknown>
}

export function environmentContract(name: EnvironmentName, { more = {}, versions }: ContractSetting): void {
  describe(`${name}: every kind of component`, () => {
    const stage = createStage(name, { ...components, ...more })
    const component = (of: string): StartedComponent => stage.environment.components.get(of)!
    const reached = (link: string): string => stage.environment.links.get(link)!.probeAt

    beforeAll(stage.arrange, 120_000)
    afterAll(stage.stop)

    /** The queue at the other end of a link. */
    async function withQueue<T>(link: string, work: (manager: JetStreamManager) => Promise<T>): Promise<T> {
      const connection = await connect({ servers: reached(link), ignoreClusterUpdates: true, reconnect: false })
      try {
        return await work(await jetstreamManager(connection))
      } finally {
        await connection.close()
      }
    }
    const store = (link: string, copies = 1): Promise<void> => withQueue(link, async manager => {
      await manager.streams.add({ name: 'ORDERS', subjects: ['orders'], num_replicas: copies })
      for (let order = 0; order < 5; order += 1) await manager.jetstream().publish('orders', `${order}`)
    })
    const stored = (link: string): Promise<number> => withQueue(link, async manager => {
      const streams = await manager.streams.list().next()
      return streams.find(stream => stream.config.name === 'ORDERS')?.state.messages ?? 0
    })
    async function killAndRestart(of: string): Promise<void> {
      await component(of).kill()
      await component(of).restart()
    }
    async function told(variable: string): Promise<string> {
      const answer = await fetch(stage.environment.intakeUrl.replace('/webhooks', '/env'))
      return (await answer.json() as Record<string, string>)[variable]
    }
    async function query(sql: string): Promise<any[]> {
      const url = new URL(await told('LEDGER'))
      expect(url.host).toBe(stage.environment.links.get('ingest->ledger')!.listen)
      url.host = reached('ingest->ledger')
      const client = new Client({ connectionString: url.href })
      await client.connect()
      try {
        return (await client.query(sql)).rows
      } finally {
        await client.end()
      }
    }

    test('is up and answers, with a log of its own; versions are known', async () => {
      expect(stage.environment.kind).toBe(name)
      expect([...stage.environment.components.keys()].toSorted()).toEqual([...members, ...Object.keys(more)].toSorted())
      for (const each of stage.environment.components.values()) {
        expect(await each.probe(5_000)).toBeTruthy()
        expect(each.life!.runs()).toBe(true)
      }
      for (const of of ['queue', 'ledger']) expect(readFileSync(component(of).logFile!, 'utf8')).toMatch(/ready/i)
      expect(stage.environment.versions).toEqual(versions)
    })

    test('a program is told what its `env` asks for, and reaches everyone through links', async () => {
      expect(await (await fetch(stage.environment.intakeUrl)).json()).toMatchObject({ scaled: '500', secret: 'a secret' })
      expect(await told('CLUSTER')).toBe([1, 2, 3].map(node => `nats://${stage.environment.links.get(`ingest->cluster-${node}`)!.listen}`).join(','))
    })

    test('what a link\'s proxy cuts is cut, and nothing else', async () => {
      const { api, name: proxy, listen } = stage.environment.links.get('platform->ingest')!.proxy!
      const toxiproxy = toxiproxyAt(api)
      expect(await toxiproxy.proxy(proxy)).toMatchObject({ listen: expect.stringContaining(`:${listen.split(':')[1]}`), enabled: true, toxics: [] })
      await toxiproxy.setEnabled(proxy, false)
      await expect(fetch(stage.environment.intakeUrl)).rejects.toThrow()
      expect(await component('ingest').probe(5_000)).toContain('200')
      await toxiproxy.setEnabled(proxy, true)
      expect((await fetch(stage.environment.intakeUrl)).status).toBe(200)
    })

    test('a ledger has its schema and its settings, and keeps its rows over a kill', async () => {
      expect(await query("select current_setting('max_connections') as max, current_setting('fsync') as fsync")).toEqual([{ max: '33', fsync: 'on' }])
      await query('insert into entries values (2, 5)')
      await killAndRestart('ledger')
      expect(await query('select count(*)::int as rows from entries')).toEqual([{ rows: 2 }])
    })

    test('a queue on file keeps its messages over a kill, one in memory loses them', async () => {
      await Promise.all(['queue', 'forgetful'].map(async of => {
        await store(`ingest->${of}`)
        expect(await stored(`ingest->${of}`)).toBe(5)
        await killAndRestart(of)
      }))
      expect(await stored('ingest->queue')).toBe(5)
      expect(await stored('ingest->forgetful')).toBe(0)
    })

    test('a cluster has routes between all nodes, chooses another leader when one dies, and takes it back', async () => {
      const cluster = stage.environment.clusters.get('cluster')!
      for (const each of cluster.nodes) expect(await cluster.routesOf(each, 2_000)).toHaveLength(2)
      await store('ingest->cluster-1', 3)
      const { node: leader } = await cluster.leader(2_000)
      await component(leader).kill()
      const heir = await until('another leader', 20_000, async () => {
        const { node: next } = await cluster.leader(2_000)
        return next === leader ? undefined : next
      })
      expect(await stored(`ingest->${heir}`)).toBe(5)
      await component(leader).restart()
      expect(await until(`${leader} in sync`, 20_000, () => cluster.inSync(leader, 2_000))).toContain(leader)
    })

    test('a link to what is dead ends every connection that comes, and leads to it again', async () => {
      await component('spare').kill()
      const link = stage.environment.links.get('ingest->spare')!
      // One that hangs holds up the others: Toxiproxy connects to one after another.
      const ends = await Promise.all(Array.from({ length: 50 }, () => askOnce(link, 20_000)))
      expect(ends.map(({ kind }) => kind)).toEqual(ends.map(() => 'gone'))
      await component('spare').restart()
      expect((await fetch(`http://${reached('ingest->spare')}/healthz`)).status).toBe(200)
    })

    /** Side by side for all that need each other least, and servers before the programs that reach them. */
    async function forEach(deed: (each: StartedComponent, of: string) => Promise<void>): Promise<void> {
      for (const group of [['queue', 'ledger', 'cluster-2', ...Object.keys(more)], ['shell', 'crew-2']]) {
        await Promise.all(group.map(of => deed(component(of), of)))
      }
    }

    test('each dies by a kill, and is back on its data after a restart', async () => {
      await forEach(async (each, of) => {
        const life = each.life!
        expect(await each.kill(), of).toContain('ended by SIGKILL')
        expect(life.runs(), of).toBe(false)
        await expect(each.probe(1_000), of).rejects.toThrow()
        await Promise.all([each.restart(), each.restart()])
        expect(each.life!.runs(), of).toBe(true)
        expect(life.runs(), of).toBe(false)
        expect(await each.probe(5_000), of).toBeTruthy()
      })
    })

    test('each stands still in a pause, and goes on after it', async () => {
      await forEach(async (each, of) => {
        const life = each.life!
        await each.pause()
        const { all, stopped } = await life.countStopped()
        expect(all, of).toBeGreaterThan(0)
        expect(stopped, of).toBe(all)
        const usedBefore = await life.cpuMicroseconds()
        // Of a bare TCP port the kernel may go on to answer.
        await each.probe(300).catch(() => {})
        expect(await life.cpuMicroseconds(), of).toBe(usedBefore)
        await each.resume()
        expect(await each.probe(5_000), of).toBeTruthy()
        expect(await life.countStopped(), of).toMatchObject({ stopped: 0 })
      })
    })

    test('each ends by itself where it is asked to, also out of a pause', async () => {
      await forEach(async (each, of) => {
        await each.pause()
        expect(await each.shutDown(10_000), of).toMatch(/^(exited with code \d+|ended by SIG\w+) \d+ ms after SIG(TERM|INT)$/)
        expect(each.life!.runs(), of).toBe(false)
        await each.restart()
      })
    })

    test('a program that does not end when it is asked to is killed', async () => {
      expect(await component('stubborn').shutDown(300)).toBe('had not ended 300 ms after SIGTERM, so it was killed')
    })

    test('deaths that the harness asked for are no deaths; one that it did not is told at once, with the last lines', async () => {
      expect(stage.deaths).toEqual([])
      await fetch(`http://${reached('ingest->spare')}/die`).catch(() => {})
      const [death] = await until('the death', 5_000, () => (stage.deaths.length > 0 ? stage.deaths : undefined))
      expect(death).toMatchObject({ name: 'spare', harness: false, how: 'exited with code 3', lastLines: expect.arrayContaining(['asked to die']) })
      expect(await component('spare').kill()).toBe('spare was not running: exited with code 3')
      await expect(component('spare').pause()).rejects.toThrow('spare is not running: exited with code 3')
    })

    test('usage counts every life that a component has had', async () => {
      const used = async (): Promise<{ cpuMicroseconds: number; peakRssBytes: number }> => (await stage.environment.usage()).find(each => each.name === 'ingest')!
      await fetch(stage.environment.intakeUrl.replace('/webhooks', '/burn'))
      const before = await used()
      expect(before.cpuMicroseconds).toBeGreaterThanOrEqual(250_000)
      expect(before.peakRssBytes).toBeGreaterThan(20_000_000)
      await killAndRestart('ingest')
      expect((await used()).cpuMicroseconds).toBeGreaterThanOrEqual(before.cpuMicroseconds)
      expect((await stage.environment.usage()).map(each => each.name).toSorted()).toEqual([...members, ...Object.keys(more), 'toxiproxy'].toSorted())
    })

    test('stop leaves nothing, also from the middle of a restart and of a pause', async () => {
      await component('ledger').kill()
      await component('queue').pause()
      const restart = component('ledger').restart().catch(() => {})
      await Promise.all([stage.environment.stop(), stage.environment.stop()])
      await restart
      await stage.stop()
      expect(await stage.left()).toEqual([])
      await expect(component('ledger').restart()).rejects.toThrow('ledger is being stopped')
    })
  })

  describe(`${name}: what cannot be arranged`, () => {
    const dead = { ...program(() => ({ DIE_AT_START: 'yes' })) }
    const rows = [
      { why: 'a program that exits at once', ingest: dead, told: /^ingest \(.*\) exited with code 7 before it was ready\n.*cannot go on: LEDGER_REGION is not set/s },
      { why: 'a command that is not there', ingest: command(['no-such-program'], { ready: http('/') }), told: /^ingest.*no-such-program/s },
    ]

    test.each(rows)('$why is refused with its last words, and nothing is left', async ({ ingest, told }) => {
      const stage = createStage(name, { ingest }, { links: 'direct' })
      const refusal = await stage.arrange().catch(error => error)
      expect(refusal.exit).toBe('unavailable')
      expect([refusal.message, ...refusal.evidence].join('\n')).toMatch(told)
      expect(await stage.left()).toEqual([])
    })

    test('an interruption in the middle ends what had been started', async () => {
      const interruption = new AbortController()
      const progress = (line: string): void => void (line.includes('queue ready') && interruption.abort(new Error('interrupted')))
      const stage = createStage(name, small, { signal: interruption.signal, progress })
      await expect(stage.arrange()).rejects.toThrow('interrupted')
      expect(await stage.left()).toEqual([])
    })
  })

  test(`${name}: with direct links there is no proxy, and the intake is where it was after a restart`, async () => {
    const stage = createStage(name, { queue: small.queue, ingest: program(({ to }) => ({ REACH: to('queue') })) }, { links: 'direct' })
    try {
      await stage.arrange()
      expect((await stage.environment.usage()).map(each => each.name).toSorted()).toEqual(['ingest', 'queue'])
      expect(stage.environment.links.get('platform->ingest')!.proxy).toBeUndefined()
      expect((await fetch(stage.environment.intakeUrl)).status).toBe(200)
      const ingest = stage.environment.components.get('ingest')!
      await ingest.kill()
      await ingest.restart()
      expect((await fetch(stage.environment.intakeUrl)).status).toBe(200)
    } finally {
      await stage.stop()
    }
  })
}
