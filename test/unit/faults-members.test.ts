import { describe, expect, test } from 'vitest'
import { at, command, defineSystem, http, nats, segmentLike, tcp, type FaultRequest } from '../../harness/index.ts'
import { linksOf } from '../../harness/environment/links.ts'
import { componentOf, membersOf } from '../../harness/environment/members.ts'
import type { Environment } from '../../harness/environment/environment.ts'
import type { FaultKind, ResolvedFault } from '../../harness/faults/fault.ts'
import { onMembers } from '../../harness/faults/on-members.ts'
import { resolveFaults } from '../../harness/scenario/resolve-faults.ts'

const app = (replicas = 1) => command(['app'], { env: ({ to }) => ({ QUEUE: to('queue'), CRM: to('crm') }), ready: tcp(), replicas })

function systemWith(nodes: 1 | 3, replicas = 1) {
  return defineSystem({
    components: { queue: nats({ nodes }), intake: command(['intake'], { env: ({ to }) => ({ QUEUE: to('queue') }), ready: http('/') }), sender: app(replicas) },
    roles: { intake: 'intake', buffer: 'queue', worker: 'sender' },
    intake: { path: '/' },
    destinations: { crm: segmentLike() },
    correlate: () => [],
  })
}
const several = systemWith(3, 2)
const single = systemWith(1)

function resolve(system: typeof several, ...requests: FaultRequest[]): { faults: ResolvedFault[]; problems: string[] } {
  const problems: string[] = []
  return { faults: resolveFaults(requests, { system, floodMs: 100_000, links: 'toxiproxy', repair: false }, problems), problems }
}

describe('members', () => {
  test('several processes of a component are numbered, one has its name', () => {
    expect(membersOf(several, 'queue')).toEqual(['queue-1', 'queue-2', 'queue-3'])
    expect(membersOf(single, 'queue')).toEqual(['queue'])
    expect(['queue', 'queue-3', 'queue-4', 'intake-1', 'crm'].map(name => componentOf(several, name))).toEqual(['queue', 'queue', undefined, undefined, undefined])
  })

  test('two nodes have one path between them', () => {
    const routes = linksOf(several).filter(link => link.from.startsWith('queue')).map(link => link.name)
    expect(routes).toEqual(['queue-1->queue-2', 'queue-1->queue-3', 'queue-2->queue-3'])
    expect(linksOf(single).map(link => link.name)).toEqual(['platform->intake', 'intake->queue', 'sender->queue', 'sender->crm'])
  })
})

describe('what a fault is done to', () => {
  test.each<[string, FaultRequest, string, string[] | undefined]>([
    ['all nodes', at('1%').kill('buffer').for('10%'), 'queue', ['queue-1', 'queue-2', 'queue-3']],
    ['some nodes', at('1%').kill('buffer', { count: 2 }).for('10%'), 'queue', ['queue-1', 'queue-2']],
    ['one node by name', at('1%').pause('queue-2').for('10%'), 'queue-2', undefined],
    ['one node by role', at('1%').kill('buffer-3').for('10%'), 'queue-3', undefined],
    ['what is one process', at('1%').deploy('intake').for('10%'), 'intake', undefined],
    ['the links to every node', at('1%').cut('intake->buffer').for('10%'), 'intake->queue', ['intake->queue-1', 'intake->queue-2', 'intake->queue-3']],
    ['a link to one node', at('1%').cut('intake->buffer-2').for('10%'), 'intake->queue-2', undefined],
    ['the links of every replica', at('1%').cut('worker->destination').for('10%'), 'sender->crm', ['sender-1->crm', 'sender-2->crm']],
    ['a route', at('1%').slow('queue-1->queue-3', { latency: '10ms' }).for('10%'), 'queue-1->queue-3', undefined],
    ['the routes of a node', at('1%').isolate('buffer-2').for('10%'), 'queue-2', ['queue-1->queue-2', 'queue-2->queue-3']],
  ])('%s', (_, request, target, members) => {
    const { faults, problems } = resolve(several, request)
    expect(problems).toEqual([])
    expect(faults).toEqual([expect.objectContaining({ target, ...(members && { members }) })])
    expect(faults[0].members).toEqual(members)
  })
})

test.each<[FaultRequest, typeof several, string]>([
  [at('1%').killLeader('buffer').for('20%'), single, 'faults[0].killLeader: needs a cluster, and queue is none; queue written as nats({ nodes: 3 }) would be one'],
  [at('1%').killLeader('intake').for('20%'), several, 'faults[0].killLeader: needs a cluster, and intake is none; a queue written as nats({ nodes: 3 }) would be one'],
  [at('1%').killLeader('queue-1').for('20%'), several, 'faults[0].killLeader: queue-1 is one node, and this is done to the cluster; say queue'],
  [at('1%').killLeader('buffer').for('2%'), several, 'faults[0]: in force for 2 s, must be 10 s at least for killLeader to be seen with these parameters'],
  [at('1%').isolate('buffer').for('10%'), several, 'faults[0].isolate: queue is a cluster, and this is done to one node; say one of queue-1, queue-2, queue-3'],
  [at('1%').isolate('buffer').for('10%'), single, 'faults[0].isolate: needs a node of a cluster, and queue is none; queue written as nats({ nodes: 3 }) would be one'],
  [at('1%').rollingRestart('buffer').for('20%'), single, 'faults[0].rollingRestart: needs several processes, and queue is one; nats({ nodes: 3 }) or replicas: 3 would make it several'],
  [at('1%').kill('buffer', { count: 2 }).for('10%'), single, 'faults[0].kill: count: queue is one process; nats({ nodes: 3 }) or replicas: 3 would make it several'],
  [at('1%').kill('buffer', { count: 4 }).for('10%'), several, 'faults[0].kill: count: queue is 3 processes, and this is about 4'],
  [at('1%').kill('buffer', { count: 0 }).for('10%'), several, 'faults[0].kill: count: 0 is not a number of processes; say 1'],
  [at('1%').deploy('intake', { grace: '1h' }).for('10%'), several, 'faults[0].deploy: grace: 1h is outside 1 ms to 30000 ms'],
  [at('1%').kill('queue-4').for('10%'), several, 'faults[0].target: no role or component queue-4'],
])('$kind $target is refused before anything starts, with what would allow it', (request, system, problem) => {
  const { faults, problems } = resolve(system, request)
  expect(problems).toHaveLength(1)
  expect(problems[0]).toContain(problem)
  expect(problem.includes('in force') ? [] : faults).toEqual([])
})

test('faults that share a node or a route cannot overlap, those that share none can', () => {
  const overlapping = (...requests: FaultRequest[]): number => resolve(several, ...requests).problems.length
  expect(overlapping(at('1%').kill('buffer').for('20%'), at('5%').pause('queue-3').for('5%'))).toBe(1)
  expect(overlapping(at('1%').killLeader('buffer').for('20%'), at('5%').kill('queue-3').for('5%'))).toBe(1)
  expect(overlapping(at('1%').isolate('buffer-1').for('20%'), at('5%').isolate('buffer-2').for('5%'))).toBe(1)
  expect(overlapping(at('1%').kill('queue-2').for('20%'), at('5%').cut('intake->buffer').for('5%'))).toBe(1)
  expect(overlapping(at('1%').kill('queue-2').for('20%'), at('5%').cut('intake->buffer-1').for('5%'))).toBe(0)
  expect(overlapping(at('1%').kill('queue-1').for('20%'), at('5%').kill('queue-2').for('20%'))).toBe(0)
})

describe('a kind on several members', () => {
  const environment = {} as Environment
  function made(more: Partial<FaultKind>): { kind: FaultKind; done: string[] } {
    const done: string[] = []
    const note = (what: string) => async (_environment: Environment, member: string): Promise<string> => { done.push(`${what} ${member}`); return what }
    const kind: FaultKind = {
      targets: 'component', summary: 'made', healLimitMs: 1, problems: () => [], undo: (_, member) => [{ do: 'enable-proxy', api: 'http://127.0.0.1:1', proxy: member }],
      install: note('install'), probeInstalled: note('probe'), heal: async () => {}, forceHeal: async () => {}, probeHealed: async () => 'gone',
      watch: async (_, member) => ({ before: `${member} is well`, look: async install => ({ by: 'probe', evidence: `${member} after ${install}` }), close: () => void done.push(`close ${member}`) }),
      ...more,
    }
    return { kind: onMembers(kind, { members: ['a', 'b'] }), done }
  }

  test('everything is done to each, and told together', async () => {
    const { kind, done } = made({})
    expect(kind.undo(environment, 'x')).toHaveLength(2)
    const watch = await kind.watch(environment, 'x', {})
    expect(watch.before).toBe('a: a is well; b: b is well')
    expect(await kind.install(environment, 'x', {}, 'id')).toBe('a, b: install')
    expect(await watch.look('')).toEqual({ by: 'probe', evidence: 'a: a after install; b: b after install' })
    watch.close()
    expect(done).toEqual(['install a', 'install b', 'close a', 'close b'])
  })

  test('it is not seen, installed or gone before it is so everywhere', async () => {
    const half = async (_environment: Environment, member: string): Promise<string | undefined> => (member === 'a' ? 'yes' : undefined)
    const { kind } = made({ probeInstalled: half, probeHealed: half, watch: async (_, member) => ({ before: '', look: async () => (member === 'a' ? { by: 'probe', evidence: '' } : undefined), close: () => {} }) })
    expect(await kind.probeInstalled(environment, 'x', {}, 'id')).toBeUndefined()
    expect(await kind.probeHealed(environment, 'x', 'id')).toBeUndefined()
    expect(await (await kind.watch(environment, 'x', {})).look('')).toBeUndefined()
  })

  test('one that fails is named, after the others have come to their end', async () => {
    const { kind, done } = made({
      heal: async (_environment, member) => {
        if (member === 'a') throw new Error('hangs')
        await new Promise(resolve => setTimeout(resolve, 10))
        done.push('healed b')
      },
    })
    await expect(kind.heal(environment, 'x', 'id')).rejects.toThrow(expect.objectContaining({ message: 'a', cause: expect.objectContaining({ message: 'hangs' }) }))
    expect(done).toEqual(['healed b'])
  })
})
