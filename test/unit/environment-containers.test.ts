// What containers are arranged by, before any engine is asked.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { containerProblems } from '../../harness/environment/containers/problems.ts'
import { planContainerRoutes } from '../../harness/environment/containers/container-routes.ts'
import { http, image, nats, node, postgres, running, tcp } from '../../harness/environment/components.ts'
import { environments } from '../../harness/environment/environments.ts'
import { linksOf } from '../../harness/environment/links.ts'
import { natsConfiguration } from '../../harness/environment/nats-configuration.ts'
import { tcpProbe } from '../../harness/environment/tcp-probe.ts'
import type { Destination, System } from '../../harness/scenario/system.ts'

const destination: Destination = { path: '/v1', latency: { p50: '1ms' }, failures: { share: 0, statuses: [] }, idempotencyWindow: '1m', answer: '{}' }

function systemOf(more: Partial<System>): System {
  return { name: 'made', file: '/made/system.ts', components: {}, roles: { intake: 'ingest' }, intake: { path: '/webhooks', refusedStatuses: [] }, destinations: {}, correlate: () => [], settle: '5s', ...more }
}

const mixed = systemOf({
  components: {
    queue: nats({ nodes: 3 }),
    ledger: postgres(),
    ingest: image('acme/ingest:1', { port: 3_000, env: ({ to }) => ({ QUEUE: to('queue'), LEDGER: to('ledger') }), ready: http('/healthz') }),
    worker: node('./worker.ts', { env: ({ to }) => ({ NEXT: to('ingest'), OUT: to('analytics'), ADMIN: to('platform') }), ready: tcp() }),
  },
  destinations: { analytics: destination },
})
const servers = { admin: 'destinations:7002', destinations: { analytics: 'destinations:7001' } }

test('every link has a port of Toxiproxy\'s own, and leads to a name of the run\'s network', () => {
  const { links, linkPorts } = planContainerRoutes({ system: mixed, servers, links: 'toxiproxy' })
  expect([...links.keys()]).toEqual(linksOf(mixed).map(link => link.name))
  expect(new Set(linkPorts.values()).size).toBe(links.size)
  for (const [name, { listen }] of links) expect(listen).toBe(`toxiproxy:${linkPorts.get(name)}`)
  expect(Object.fromEntries([...links].map(([name, { upstream }]) => [name, upstream]))).toMatchObject({
    'platform->ingest': 'ingest:3000', 'ingest->queue-2': 'queue-2:4222', 'queue-1->queue-3': 'queue-3:6222', 'ingest->ledger': 'ledger:5432',
    'worker->ingest': 'ingest:3000', 'worker->analytics': 'destinations:7001', 'worker->platform': 'destinations:7002',
  })
})

test('direct links lead to where a proxy would have', () => {
  const { links, linkPorts } = planContainerRoutes({ system: mixed, servers, links: 'direct' })
  expect(linkPorts.size).toBe(0)
  for (const { listen, upstream } of links.values()) expect(listen).toBe(upstream)
})

test('what a container cannot have is told with its cure, all at once', () => {
  const problems = containerProblems(systemOf({
    components: {
      ingest: running({ url: 'http://localhost:3000' }),
      other: running({ url: 'http://10.1.2.3:3000' }),
      toxiproxy: node('./a.ts', { ready: tcp() }),
      destinations: node('./b.ts', { ready: tcp() }),
    },
    destinations: { analytics: { ...destination, port: 4_000 } },
  }))
  expect(problems).toEqual([
    expect.stringMatching(/^system\.components\.ingest\.url: found http:\/\/localhost:3000, .*leave out --env containers$/),
    'system.components.toxiproxy: in containers this name is taken by floodmark',
    'system.components.destinations: in containers this name is taken by floodmark',
    expect.stringMatching(/^system\.destinations\.analytics\.port: found 4000, .*leave out --env containers$/),
  ])
  expect(containerProblems(mixed)).toEqual([])
})

test('an image is refused among local processes', () => {
  expect(environments.local.problems({ system: mixed, faults: [] })).toEqual([expect.stringMatching(/^system\.components\.ingest: found an image\(\), .*--env containers/)])
})

test('a node knows the way to those that come after it, and an address where nobody listens for the others', () => {
  const text = natsConfiguration({ name: 'queue-2', listen: '0.0.0.0:4222', monitor: '0.0.0.0:8222', store: '/data', syncInterval: 'always', cluster: { name: 'queue', listen: '0.0.0.0:6222', others: [undefined, 'toxiproxy:20007'] } })
  expect(text).toContain('routes: ["nats-route://127.0.0.1:1","nats-route://toxiproxy:20007"]')
  expect(text).toContain('http: "0.0.0.0:8222"')
  expect(natsConfiguration({ name: 'queue', listen: '127.0.0.1:4222', store: '/data', syncInterval: '2m' })).not.toMatch(/cluster|http/)
})

test('a TCP port that is accepted and closed at once is nobody\'s', async () => {
  const held = createServer().listen(0, '127.0.0.1')
  const closing = createServer(socket => socket.end()).listen(0, '127.0.0.1')
  await Promise.all([once(held, 'listening'), once(closing, 'listening')])
  const portOf = (server: typeof held): number => (server.address() as { port: number }).port
  try {
    expect(await tcpProbe('127.0.0.1', portOf(held))(1_000)).toContain('accepted')
    await expect(tcpProbe('127.0.0.1', portOf(closing))(1_000)).rejects.toThrow('closed at once')
  } finally {
    held.close()
    closing.close()
  }
})
