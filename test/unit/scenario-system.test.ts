import { expect, test } from 'vitest'
import { command, defineScenario, defineSystem, http, httpDestination, nats, node, postgres, running, segmentLike, shopify2024, constant, noLoss, type Duration, type System } from '../../harness/index.ts'
import { systemProblems } from '../../harness/scenario/check-system.ts'

const sound = {
  components: {
    queue: nats(),
    store: postgres({ settings: { fsync: 'on' } }),
    app: command(['app'], { env: ({ to }) => ({ QUEUE: to('queue'), STORE: to('store'), CRM: to('crm') }), ready: http('/healthz') }),
  },
  roles: { intake: 'app', buffer: 'queue' },
  intake: { path: '/hooks', refusedStatuses: [503] },
  destinations: { crm: segmentLike(), mail: httpDestination({ port: 9_000, latency: { p50: '10ms', p99: '1s' }, failures: { share: 0.1, statuses: [500] } }) },
  correlate: () => [],
} as const

function problemsOf(change: object): string[] {
  return systemProblems('system', defineSystem({ ...sound, ...change } as Parameters<typeof defineSystem>[0]))
}

test('a sound system has no problems', () => {
  expect(problemsOf({})).toEqual([])
})

test.each<[string, object, string]>([
  ['unknown key', { colour: 1 }, 'system.colour: unknown; there is'],
  ['no intake', { roles: {} }, 'system.roles.intake: found nothing'],
  ['unknown role', { roles: { intake: 'app', bufer: 'queue' } }, 'system.roles.bufer: unknown, did you mean buffer?'],
  ['role of nobody', { roles: { intake: 'ap' } }, 'system.roles.intake: ap: unknown, did you mean app?'],
  ['component that is none', { components: { app: { kind: 'lambda' } }, roles: { intake: 'app' } }, 'system.components.app: must be a component'],
  ['storage', { components: { ...sound.components, queue: { ...nats(), storage: 'tape' } } }, 'system.components.queue.storage: found "tape", must be one of file, memory'],
  ['an even cluster', { components: { ...sound.components, queue: nats({ nodes: 2 as never }) } }, 'system.components.queue.nodes: found 2, must be 1, 3 or 5'],
  ['half a replica', { components: { ...sound.components, idle: command(['idle'], { ready: http('/'), replicas: 0.5 }) } }, 'system.components.idle.replicas: found 0.5, must be a whole number from 1 to 16'],
  ['replicas that something connects to', { components: { ...sound.components, app: command(['app'], { ready: http('/'), replicas: 2 }) } }, 'system.components.app: its replicas have no address in common, and platform connects to it'],
  ['the name of a node', { components: { ...sound.components, queue: nats({ nodes: 3 }), 'queue-3': nats() } }, 'system.components.queue-3: such names are those of the processes of queue'],
  ['empty command', { components: { ...sound.components, app: command([] as never, { ready: http('/') }) } }, 'system.components.app.command'],
  ['URL', { components: { ...sound.components, app: running({ url: 'localhost' }) } }, 'system.components.app.url: found "localhost", must be an http:// or https:// URL'],
  ['caller of nothing', { components: { app: running({ url: 'http://127.0.0.1:1', connectsTo: ['crn'] }) }, roles: { intake: 'app' } }, 'system.components.app.connectsTo.crn: unknown, did you mean crm?'],
  ['intake path', { intake: { path: 'hooks' } }, 'system.intake.path: found "hooks", must be a path that begins with /'],
  ['refused statuses', { intake: { path: '/', refusedStatuses: [42] } }, 'system.intake.refusedStatuses: found a list of 1, must be a list of HTTP statuses'],
  ['no destination', { components: { app: nats() }, destinations: {}, roles: { intake: 'app' } }, 'system.destinations: found an empty object, must be an object with at least one destination'],
  ['share', { destinations: { crm: segmentLike({ failures: { share: 2, statuses: [500] } }) } }, 'system.destinations.crm.failures.share: found 2, must be a number from 0 to 1'],
  ['failing with nothing', { destinations: { crm: segmentLike({ failures: { share: 0.5, statuses: [] } }) } }, 'system.destinations.crm.failures.statuses: found a list of 0, must be at least one where the share is above 0'],
  ['percentiles', { destinations: { crm: segmentLike({ latency: { p50: '2s', p99: '1s' } }) } }, 'system.destinations.crm.latency.p99: found "1s", must be at least p50'],
  ['two things of one name', { destinations: { crm: segmentLike(), app: segmentLike() } }, 'system.destinations.app: a component has this name already'],
  ['taken name', { destinations: { platform: segmentLike(), crm: segmentLike() } }, 'system.destinations.platform: this name is taken'],
  ['key of a component', { components: { ...sound.components, queue: nats({ storag: 'memory' } as never) } }, 'system.components.queue.storag: unknown, did you mean storage?'],
  ['options of a program', { components: { ...sound.components, app: (node as (file: string) => object)('app.ts') } }, 'system.components.app.ready: found nothing, must be http('],
  ['options of what runs', { components: { ...sound.components, app: (running as () => object)() } }, 'system.components.app.url: found nothing, must be an http://'],
  ['kind of a component that every object has', { components: { ...sound.components, app: { kind: 'constructor' } } }, 'system.components.app: must be a component'],
  ['key of a destination', { destinations: { crm: segmentLike({ latncy: 3 } as never) } }, 'system.destinations.crm.latncy: unknown, did you mean latency?'],
  ['env that throws', { components: { ...sound.components, app: command(['app'], { env: () => { throw new Error('REGION is not set') }, ready: http('/') }) } }, 'system.components.app.env: throws REGION is not set'],
  ['env of nothing', { components: { ...sound.components, app: command(['app'], { env: (() => {}) as never, ready: http('/') }) } }, 'system.components.app.env: found nothing, must be what returns an object of texts and numbers'],
  ['env with a hole', { components: { ...sound.components, app: command(['app'], { env: () => ({ REGION: undefined as never }), ready: http('/') }) } }, 'system.components.app.env.REGION: found nothing, must be a text or a number'],
  ['settle', { settle: 'a while' }, 'system.settle: found "a while", must be a duration'],
  ['address of nothing', { components: { app: command(['app'], { env: ({ to }) => ({ X: to('nowhere') }), ready: http('/') }) }, roles: { intake: 'app' } }, 'system.components.app: asks for the address of "nowhere"'],
])('refuses %s', (_, change, line) => {
  const problems = problemsOf(change)
  expect(problems).toHaveLength(1)
  expect(problems[0]).toContain(line)
})

test('every problem is told at once, and none of what follows from another', () => {
  const problems = problemsOf({
    colour: 1,
    settle: 'a while',
    components: {
      queue: nats({ storage: 'tape' as never }),
      app: command(['app'], { env: ({ to }) => ({ CRM: to('crn'), WAIT: to('queue') }), ready: http('/') }),
      old: running({ url: 'localhost', connectsTo: ['cr'] }),
      worker: command([] as never, { env: ({ scaled }) => ({ EVERY: scaled('20 parsecs' as '20s') }), ready: http('/') }),
    },
    roles: { intake: 'ap', bufer: 'queue' },
    destinations: { crm: segmentLike({ latency: { p50: '2s', p99: '1s' }, idempotencyWindow: 'long' as '1s' }) },
  })
  expect(problems.map(line => line.split(': ')[0]).toSorted()).toEqual([
    'system.colour', 'system.settle', 'system.components.queue.storage', 'system.components.app', 'system.components.old.url', 'system.components.old.connectsTo.cr',
    'system.components.worker.command', 'system.components.worker.env', 'system.roles.intake', 'system.roles.bufer',
    'system.destinations.crm.latency.p99', 'system.destinations.crm.idempotencyWindow',
  ].toSorted())
})

test.each([undefined, null, 3, 'x', [], { app: null }])('parts that are %j are told, and nothing is thrown', part => {
  for (const name of ['components', 'roles', 'destinations', 'intake']) expect(problemsOf({ [name]: part }), name).not.toEqual([])
})

test('wrong names are type errors, so that an editor completes the right ones', () => {
  // @ts-expect-error no component of this name
  defineSystem({ ...sound, roles: { intake: 'nobody' } })
  // @ts-expect-error no such role
  defineSystem({ ...sound, roles: { intake: 'app', cache: 'queue' } })
  const system: System = defineSystem(sound)
  defineScenario({
    name: 'typed', hypothesis: 'x', system,
    parameters: { rate: 10, duration: '5s', wait: '1s', label: 'a', loud: true },
    // @ts-expect-error no such topic
    load: ({ rate, duration, wait, label, loud }) => {
      const widened: [number, Duration, string, boolean] = [rate, wait, label, loud]
      return { shape: constant({ rate: widened[0], over: duration }), shops: 1, topics: ['orders/creat'], retries: shopify2024 }
    },
    expect: [noLoss()],
  })
  // @ts-expect-error not a duration
  defineScenario({ name: 'typed', hypothesis: 'x', system, parameters: { rate: 10, duration: '5 parsecs' }, load: { shape: constant({ rate: 1, over: '1s' }), shops: 1, topics: [], retries: shopify2024 }, expect: [] })
})
