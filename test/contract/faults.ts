// One table of the faults that every kind of environment must be able to do: each is seen installed, observed and healed, and its target is as it was.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { monotonicMs, until } from '../../harness/clock.ts'
import { http, nats, node } from '../../harness/environment/components.ts'
import type { EnvironmentName } from '../../harness/environment/environments.ts'
import { during } from '../../harness/faults/at.ts'
import { disturb } from '../../harness/faults/disturb.ts'
import type { FaultRequest, ResolvedFault } from '../../harness/faults/fault.ts'
import { probeFaultPaths } from '../../harness/faults/fault-paths.ts'
import { openJournal, type Journal } from '../../harness/faults/journal.ts'
import { askOnce } from '../../harness/faults/probe.ts'
import type { Component } from '../../harness/scenario/system.ts'
import { resolveFaults } from '../../harness/scenario/resolve-faults.ts'
import { program, small } from '../fixtures/environment/arranged.ts'
import { createStage } from './environment-stage.ts'

const components = {
  queue: nats(),
  ledger: small.ledger,
  cluster: nats({ nodes: 3 }),
  ingest: program(({ to }) => ({ REACH: ['queue', 'ledger'].map(to).join(','), CLUSTER: to('cluster') })),
  crew: node('./program.ts', { env: ({ host, port }) => ({ HOST: host, PORT: port, STOP_AT_SIGTERM: 'yes' }), ready: http('/healthz'), replicas: 2 }),
} satisfies Record<string, Component>

const brief = during('500ms', '4500ms')
/** A node stands for election four to nine seconds after it last heard of its leader. */
const long = during('500ms', '12500ms')
const middling = during('500ms', '7500ms')

/** What can be in force together, at one time each. */
const rounds: [string, FaultRequest[]][] = [
  ['links of every protocol', [
    brief.cut('ingest->queue'), brief.slow('ingest->ledger', { latency: '200ms' }), brief.slowClose('platform->ingest', { delay: '500ms' }),
    brief.blackhole('ingest->cluster-1'), brief.reset('ingest->cluster-2'), brief.throttle('ingest->cluster-3', { rate: '32KB/s' }),
  ]],
  ['links, the other ways', [
    brief.cutAfter('ingest->queue', { bytes: 1_000 }), brief.slice('ingest->ledger', { size: 64, delay: '10ms' }), brief.cut('platform->ingest'), brief.flap('ingest->cluster-1', { period: '1s' }),
  ]],
  ['components', [brief.kill('queue'), brief.pause('ledger'), brief.pause('ingest'), brief.deploy('crew', { count: 1 })]],
  ['components, the other ways', [brief.pause('queue'), brief.kill('ledger'), brief.deploy('ingest'), brief.kill('crew')]],
  ['clusters', [long.killLeader('cluster'), long.rollingRestart('crew')]],
  ['a node', [middling.isolate('cluster-2')]],
]

export function faultContract(name: EnvironmentName): void {
  describe(`${name}: every fault of links, components and clusters`, () => {
    const stage = createStage(name, components)
    const folder = mkdtempSync(join(tmpdir(), 'floodmark-fault-contract-'))
    let journal: Journal

    beforeAll(async () => {
      journal = openJournal(folder)
      await stage.arrange()
    }, 120_000)
    afterAll(async () => {
      await stage.stop()
      journal.close()
      rmSync(folder, { recursive: true })
    }, 60_000)

    test.each(rounds)('%s', async (_round, requests) => {
      const problems: string[] = []
      const faults = resolveFaults(requests, { system: stage.system, floodMs: 60_000, links: 'toxiproxy', repair: false }, problems)
      expect(problems).toEqual([])
      await everythingAnswers()
      expect(await probeFaultPaths(stage.environment, faults)).toEqual([])

      const records = await disturbWith(faults)
      for (const record of records) expect(record).toMatchObject({ installedAt: expect.any(Number), observedAt: expect.any(Number), healedAt: expect.any(Number) })
      expect(records).toHaveLength(requests.length)
      await everythingAnswers()
      expect(stage.deaths).toEqual([])
    }, 60_000)

    async function disturbWith(faults: readonly ResolvedFault[]): ReturnType<typeof disturb> {
      const { signal } = new AbortController()
      return await disturb({ environment: stage.environment, faults, journal, signal, floodStartedAtMs: monotonicMs(), counters: () => ({ refused: 0, indeterminate: 0 }), onEvent: () => {} })
    }

    /** Each component, and each link through its proxy. Links to the harness's own ends lead nowhere here. */
    async function everythingAnswers(): Promise<void> {
      const { components: started, links, clusters } = stage.environment
      for (const component of started.values()) await component.probe(5_000)
      for (const link of links.values()) await until(`an answer through ${link.name}`, 5_000, async () => (await askOnce(link, 1_000)).kind === 'answered' || undefined)
      for (const cluster of clusters.values()) for (const each of cluster.nodes) await until(`${each} in sync`, 20_000, () => cluster.inSync(each, 1_000))
    }
  })
}
