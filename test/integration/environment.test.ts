// What only local processes have, beside the contract of all environments: process trees, ports of loopback, folders.
import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../../harness/clock.ts'
import type { Death, Environment } from '../../harness/environment/environment.ts'
import { arrangeLocal } from '../../harness/environment/local.ts'
import { readProcess, treeOf } from '../../harness/environment/process-tree.ts'
import { toxiproxyAt } from '../../harness/environment/toxiproxy.ts'
import { areFree, arrangement, nothing, portOf, small } from '../fixtures/environment/arranged.ts'

describe('a small system', () => {
  const arranged = arrangement(small)
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

  test('is up, a process each, and progress has told each', async () => {
    expect(await (await fetch(environment.intakeUrl)).json()).toMatchObject({ pid: component('ingest').pid })
    expect(arranged.lines.filter(line => line.includes('ready in')).length).toBe(4)
  })

  test('toxiproxy\'s API: toxics come and go, twice without harm, and an unknown proxy is named', async () => {
    const link = environment.links.get('platform->ingest')!
    const toxiproxy = toxiproxyAt(link.proxy!.api)
    expect(await toxiproxy.proxy(link.proxy!.name)).toMatchObject({ listen: link.listen, upstream: link.upstream, enabled: true, toxics: [] })
    await toxiproxy.addToxic(link.proxy!.name, { name: 'slow', type: 'latency', stream: 'downstream', attributes: { latency: 1 } })
    expect((await toxiproxy.proxy(link.proxy!.name)).toxics).toHaveLength(1)
    await toxiproxy.removeToxic(link.proxy!.name, 'slow')
    await toxiproxy.removeToxic(link.proxy!.name, 'slow')
    expect((await toxiproxy.proxy(link.proxy!.name)).toxics).toEqual([])
    await expect(toxiproxy.proxy('nobody->nothing')).rejects.toThrow('toxiproxy: GET /proxies/nobody-%3Enothing')
  })

  test('a kill ends the ledger with all its backends, and it comes back on the same port', async () => {
    const pid = component('ledger').pid!
    const backends = treeOf(pid).map(row => row.pid)
    expect(backends.length).toBeGreaterThan(3)
    await component('ledger').kill()
    expect(backends.filter(each => (readProcess(each)?.state ?? 'Z') !== 'Z')).toEqual([])
    expect(component('ledger').pid).toBeUndefined()
    await component('ledger').restart()
    expect(component('ledger').pid).not.toBe(pid)
    expect(readFileSync(`/proc/${component('ledger').pid}/cmdline`, 'utf8')).toContain(`port=${portOf(environment.links.get('ingest->ledger')!.upstream)}`)
  })

  test('a pause stops the ledger with all its backends', async () => {
    await component('ledger').pause()
    // A backend that ended just before is a zombie until its parent goes on.
    const states = treeOf(component('ledger').pid!).map(row => row.state).filter(state => state !== 'Z')
    expect(states.length).toBeGreaterThan(3)
    expect(new Set(states)).toEqual(new Set(['T']))
    await component('ledger').resume()
  })

  test('the death of toxiproxy is the harness\'s own', async () => {
    const api = portOf(environment.links.get('platform->ingest')!.proxy!.api)
    const { pid } = arranged.steps.find(step => step.do === 'signal')!
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain(String(api))
    process.kill(pid, 'SIGKILL')
    await until('the death', 5_000, () => (deaths.length > 0 ? true : undefined))
    expect(deaths).toEqual([expect.objectContaining({ name: 'toxiproxy', harness: true, how: 'ended by SIGKILL' })])
  })

  test('stop leaves no process, no port and no data; logs stay', async () => {
    const ports = [...environment.links.values()].flatMap(link => [portOf(link.listen), portOf(link.upstream)])
    await component('queue').pause()
    await environment.stop()
    expect(arranged.left()).toEqual(nothing)
    expect(await areFree(ports)).toBe(true)
    expect(existsSync(component('ledger').logFile!)).toBe(true)
  })
})
