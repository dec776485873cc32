import { expect, test } from 'vitest'
import { command, http, nats, node, postgres, running, tcp } from '../../harness/environment/components.ts'
import { linksOf, readyOf } from '../../harness/environment/links.ts'
import { programLaunch } from '../../harness/environment/program.ts'
import { standIns } from '../../harness/environment/program-env.ts'
import { checkHosts } from '../../harness/environment/routes.ts'
import { startOrder } from '../../harness/environment/start-order.ts'
import { FloodmarkError } from '../../harness/errors.ts'
import type { Component, Destination, Env, System } from '../../harness/scenario/system.ts'

const destination: Destination = { path: '/v1', latency: { p50: '1ms' }, failures: { share: 0, statuses: [] }, idempotencyWindow: '1m', answer: '{}' }

function systemOf(more: Partial<System>): System {
  return { name: 'made', file: '/made/system.ts', components: {}, roles: {}, intake: { path: '/webhooks', refusedStatuses: [] }, destinations: {}, correlate: () => [], settle: '5s', ...more }
}

function evidenceOf(system: System): readonly string[] {
  try {
    linksOf(system)
  } catch (error) {
    expect(error).toBeInstanceOf(FloodmarkError)
    expect((error as FloodmarkError).exit).toBe('usage')
    return (error as FloodmarkError).evidence
  }
  return []
}

test('an address asked for is a link, with what is spoken on it, and asking twice is one link', () => {
  const system = systemOf({
    components: {
      queue: nats(),
      ledger: postgres(),
      ingest: node('./ingest.ts', { env: ({ to }) => ({ QUEUE: to('queue'), AGAIN: to('queue') }), ready: http('/healthz') }),
      worker: command(['worker'], { env: ({ to, port, scaled }) => ({ LEDGER: new URL(to('ledger')).host, OUT: to('analytics'), ADMIN: to('platform'), NEXT: to('ingest'), PORT: port, EVERY: scaled('2m') }), ready: tcp() }),
    },
    roles: { intake: 'ingest' },
    destinations: { analytics: destination },
  })
  expect(linksOf(system).map(link => `${link.name} ${link.protocol}`)).toEqual([
    'platform->ingest http', 'ingest->queue nats', 'worker->ledger postgres', 'worker->analytics http', 'worker->platform http', 'worker->ingest http',
  ])
  expect(readyOf(system, 'ingest')).toEqual({ kind: 'http', path: '/healthz' })
  expect(readyOf(system, 'queue')).toEqual({ kind: 'tcp' })
})

test('every problem is told at once: unknown targets and an env that throws', () => {
  const problems = evidenceOf(systemOf({
    components: {
      ingest: node('./ingest.ts', { env: ({ to }) => ({ A: to('queu'), B: to('constructor') }), ready: tcp() }),
      worker: node('./worker.ts', { env: () => { throw new Error('REGION is not set') }, ready: tcp() }),
    },
    roles: { intake: 'ingest' },
  }))
  expect(problems).toEqual([
    'components.ingest: asks for the address of "queu"; there are ingest, worker, platform',
    'components.ingest: asks for the address of "constructor"; there are ingest, worker, platform',
    'components.worker.env: throws REGION is not set',
  ])
})

test('an env that throws only when it is given the real values is the fault of the system file, named', () => {
  const env: Env = ({ port }) => { if (port > 1) throw new Error('too high'); return { PORT: port } }
  const app = command(['app'], { env, ready: tcp() })
  expect(linksOf(systemOf({ components: { app } }))).toEqual([])
  expect(() => programLaunch('app', app as Extract<Component, { kind: 'program' }>, { systemFolder: '/made', context: { ...standIns, port: 4_000 } }))
    .toThrow(expect.objectContaining({ exit: 'usage', evidence: ['components.app.env: throws too high'] }))
})

test('a fixed port always has a link, and cannot be shared by two that already run', () => {
  const there = running({ url: 'http://127.0.0.1:8080' })
  expect(linksOf(systemOf({ components: { shop: there }, roles: { intake: 'shop' }, destinations: { analytics: { ...destination, port: 9000 } } })).map(link => link.name))
    .toEqual(['platform->shop', 'shop->analytics'])
  const tied = running({ url: 'http://127.0.0.1:8081', connectsTo: ['analytics'] })
  expect(evidenceOf(systemOf({ components: { a: tied, b: tied }, roles: { intake: 'a' }, destinations: { analytics: { ...destination, port: 9000 } } })))
    .toEqual(['destinations.analytics.port: a and b already run and would share one link; one of them can have it'])
})

test.for([
  ['http://127.0.0.1:80', true], ['http://localhost:8080', true], ['http://127.9.8.7', true], ['http://[::1]:80', true], ['http://shop.example:80', true],
  ['http://10.0.0.1:80', false], ['http://127.0.0.1.example.com', false], ['http://localhost.example', false],
] as const)('%s may be flooded: %s', ([url, allowed]) => {
  const check = (): void => checkHosts(systemOf({ components: { shop: running({ url }) } }), ['shop.example'])
  if (allowed) check()
  else expect(check).toThrow(expect.objectContaining({ exit: 'usage', hint: expect.stringContaining(`--allow-host ${new URL(url).hostname}`) }))
})

test('programs start after those that they connect to, and circles start together', () => {
  expect(startOrder(['a', 'b', 'c'], [{ from: 'a', to: 'b' }, { from: 'b', to: 'c' }, { from: 'c', to: 'queue' }])).toEqual([['c'], ['b'], ['a']])
  expect(startOrder(['a', 'b', 'c'], [{ from: 'a', to: 'b' }, { from: 'b', to: 'a' }, { from: 'c', to: 'c' }])).toEqual([['c'], ['a', 'b']])
  expect(startOrder([], [])).toEqual([])
})
