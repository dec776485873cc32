// The whole life of a small system on real servers: up, hit by what faults do to it, and gone without a trace.
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { existsSync, readFileSync } from 'node:fs'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../../harness/clock.ts'
import { nats } from '../../harness/environment/components.ts'
import type { Death, Environment } from '../../harness/environment/environment.ts'
import { arrangeLocal } from '../../harness/environment/local.ts'
import { readProcess, treeOf } from '../../harness/environment/process-tree.ts'
import { toxiproxyAt } from '../../harness/environment/toxiproxy.ts'
import { areFree, arrangement, nothing, portOf, program, small } from '../fixtures/environment/arranged.ts'

describe('a small system', () => {
  const arranged = arrangement({ ...small, forgetful: nats({ storage: 'memory', syncInterval: 'always' }), spare: program() })
  let environment: Environment
  const deaths: Death[] = []

  beforeAll(async () => {
    environment = await arrangeLocal(arranged.options)
    environment.onDeath(death => deaths.push(death))
  }, 60_000)
  afterAll(async () => {
    await environment?.stop()
    arranged.remove()
  })

  const component = (name: string) => environment.components.get(name)!
  const listening = (name: string): string => environment.links.get(name)!.listen

  /** What a program was really given. */
  function environmentVariable(name: string, variable: string): string {
    const entries = readFileSync(`/proc/${component(name).pid}/environ`, 'utf8').split('\0')
    return entries.find(entry => entry.startsWith(`${variable}=`))!.slice(variable.length + 1)
  }

  async function query(sql: string): Promise<any[]> {
    const connectionString = environmentVariable('ingest', 'LEDGER_URL')
    expect(new URL(connectionString).host).toBe(listening('ingest->ledger'))
    const client = new Client({ connectionString })
    await client.connect()
    try {
      return (await client.query(sql)).rows
    } finally {
      await client.end()
    }
  }

  async function publish(server: string, count: number): Promise<void> {
    const connection = await connect({ servers: server })
    const manager = await jetstreamManager(connection)
    await manager.streams.add({ name: 'ORDERS', subjects: ['orders'] })
    for (let index = 0; index < count; index += 1) await jetstream(connection).publish('orders', `${index}`)
    await connection.close()
  }

  async function storedIn(server: string): Promise<number> {
    const connection = await connect({ servers: server })
    try {
      const manager = await jetstreamManager(connection)
      const streams = await manager.streams.list().next()
      return streams.find(stream => stream.config.name === 'ORDERS')?.state.messages ?? 0
    } finally {
      await connection.close()
    }
  }

  test('is up, each part answering, with its versions known', async () => {
    expect([...environment.components.keys()].toSorted()).toEqual(['forgetful', 'ingest', 'ledger', 'queue', 'spare'])
    for (const each of environment.components.values()) expect(await each.probe(2_000)).toBeTruthy()
    expect(environment.versions).toEqual({ node: process.versions.node, 'nats-server': '2.15.2', postgres: expect.stringMatching(/^18/), toxiproxy: '2.12.0' })
    const answer = await fetch(environment.intakeUrl)
    expect(await answer.json()).toMatchObject({ pid: component('ingest').pid, scaled: '500', secret: 'a secret' })
    expect(arranged.lines.filter(line => line.includes('ready in')).length).toBe(6)
  })

  test('every link goes through its own proxy: what the proxy cuts is cut', async () => {
    const link = environment.links.get('platform->ingest')!
    const toxiproxy = toxiproxyAt(link.proxy!.api)
    expect(await toxiproxy.proxy(link.proxy!.name)).toMatchObject({ listen: link.listen, upstream: link.upstream, enabled: true, toxics: [] })
    await toxiproxy.setEnabled(link.proxy!.name, false)
    await expect(fetch(environment.intakeUrl)).rejects.toThrow()
    expect(await component('ingest').probe(2_000)).toContain('200')
    await toxiproxy.setEnabled(link.proxy!.name, true)
    expect((await fetch(environment.intakeUrl)).status).toBe(200)

    await toxiproxy.addToxic(link.proxy!.name, { name: 'slow', type: 'latency', stream: 'downstream', attributes: { latency: 1 } })
    expect((await toxiproxy.proxy(link.proxy!.name)).toxics).toHaveLength(1)
    await toxiproxy.removeToxic(link.proxy!.name, 'slow')
    await toxiproxy.removeToxic(link.proxy!.name, 'slow')
    expect((await toxiproxy.proxy(link.proxy!.name)).toxics).toEqual([])
    await expect(toxiproxy.proxy('nobody->nothing')).rejects.toThrow('toxiproxy: GET /proxies/nobody-%3Enothing')
  })

  test('the ledger has its schema, its settings and fsync, and survives kill -9', async () => {
    expect(await query("select current_setting('max_connections') as max, current_setting('fsync') as fsync")).toEqual([{ max: '33', fsync: 'on' }])
    await query('insert into entries values (2, 5)')
    const pid = component('ledger').pid!
    const backends = treeOf(pid).map(row => row.pid)
    expect(backends.length).toBeGreaterThan(3)
    expect(await component('ledger').kill()).toContain('ended by SIGKILL')
    expect(backends.filter(each => (readProcess(each)?.state ?? 'Z') !== 'Z')).toEqual([])
    expect(component('ledger').pid).toBeUndefined()
    await component('ledger').restart()
    expect(component('ledger').pid).not.toBe(pid)
    expect(await query('select count(*)::int as rows from entries')).toEqual([{ rows: 2 }])
  })

  test('a pause stops the ledger with all its backends, and resume wakes them', async () => {
    await component('ledger').pause()
    // A backend that ended just before is a zombie until its parent goes on.
    const states = treeOf(component('ledger').pid!).map(row => row.state).filter(state => state !== 'Z')
    expect(states.length).toBeGreaterThan(3)
    expect(new Set(states)).toEqual(new Set(['T']))
    await expect(component('ledger').probe(200)).rejects.toThrow()
    await component('ledger').resume()
    expect(await component('ledger').probe(2_000)).toContain('select 1')
  })

  test('a queue on file keeps its messages over kill -9 on the same port, one in memory does not', async () => {
    const queue = `127.0.0.1:${portOf(environment.links.get('ingest->queue')!.upstream)}`
    await publish(queue, 5)
    await component('queue').kill()
    await expect(component('queue').probe(500)).rejects.toThrow()
    await Promise.all([component('queue').restart(), component('queue').restart()])
    expect(await storedIn(queue)).toBe(5)

    const dataFolder = arranged.steps.find(step => step.do === 'remove-folder')!.path
    const forgetful = /listen: "(.*)"/.exec(readFileSync(`${dataFolder}/forgetful/nats.conf`, 'utf8'))![1]
    await publish(forgetful, 5)
    expect(await storedIn(forgetful)).toBe(5)
    await component('forgetful').kill()
    await component('forgetful').restart()
    expect(await storedIn(forgetful)).toBe(0)
  })

  test('deaths that the harness asked for are no deaths; one that it did not is told with the last lines', async () => {
    expect(deaths).toEqual([])
    await fetch(`http://127.0.0.1:${environmentVariable('spare', 'PORT')}/die`).catch(() => {})
    const [death] = await until('the death', 5_000, () => (deaths.length > 0 ? deaths : undefined))
    expect(death).toMatchObject({ name: 'spare', harness: false, how: 'exited with code 3', lastLines: expect.arrayContaining(['asked to die']) })
    expect(await component('spare').kill()).toBe('spare was not running: exited with code 3')
    await expect(component('spare').pause()).rejects.toThrow('spare is not running: exited with code 3')
  })

  test('usage counts every process that a component has been, and the dead one too', async () => {
    const { pid } = component('ingest')
    await fetch(environment.intakeUrl.replace('/webhooks', '/burn'))
    const before = (await environment.usage()).find(each => each.name === 'ingest')!
    expect(before.cpuMicroseconds).toBeGreaterThanOrEqual(250_000)
    expect(before.peakRssBytes).toBeGreaterThan(20_000_000)
    await component('ingest').kill()
    await component('ingest').restart()
    expect(component('ingest').pid).not.toBe(pid)
    const after = (await environment.usage()).find(each => each.name === 'ingest')!
    expect(after.cpuMicroseconds).toBeGreaterThanOrEqual(before.cpuMicroseconds)
    expect((await environment.usage()).map(each => each.name).toSorted()).toEqual(['forgetful', 'ingest', 'ledger', 'queue', 'spare', 'toxiproxy'])
  })

  test('the death of toxiproxy is the harness\'s own', async () => {
    const heard = deaths.length
    const api = portOf(environment.links.get('platform->ingest')!.proxy!.api)
    const { pid } = arranged.steps.find(step => step.do === 'signal')!
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain(String(api))
    process.kill(pid, 'SIGKILL')
    await until('the death', 5_000, () => (deaths.length > heard ? true : undefined))
    expect(deaths.at(-1)).toMatchObject({ name: 'toxiproxy', harness: true, how: 'ended by SIGKILL' })
  })

  test('stop leaves no process, no port and no data, also from the middle of a restart', async () => {
    const ports = [...environment.links.values()].flatMap(link => [portOf(link.listen), portOf(link.upstream)])
    await component('ledger').kill()
    await component('queue').pause()
    const restart = component('ledger').restart().catch((error: Error) => error.message)
    await Promise.all([environment.stop(), environment.stop()])
    expect(await restart).toContain('ledger is being stopped')
    expect(arranged.left()).toEqual(nothing)
    expect(await areFree(ports)).toBe(true)
    expect(existsSync(component('ledger').logFile!)).toBe(true)
    await expect(component('ledger').restart()).rejects.toThrow('ledger is being stopped')
  })
})
