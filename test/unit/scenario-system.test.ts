import { expect, test } from 'vitest'
import { command, defineScenario, defineSystem, http, httpDestination, nats, postgres, running, segmentLike, shopify2024, constant, noLoss, type Duration, type System } from '../../harness/index.ts'
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
  ['empty command', { components: { ...sound.components, app: command([] as never, { ready: http('/') }) } }, 'system.components.app.command'],
  ['URL', { components: { ...sound.components, app: running({ url: 'localhost' }) } }, 'system.components.app.url: found "localhost", must be an http:// or https:// URL'],
  ['caller of nothing', { components: { app: running({ url: 'http://127.0.0.1:1', connectsTo: ['crn'] }) }, roles: { intake: 'app' } }, 'system.components.app.connectsTo.crn: unknown, did you mean crm?'],
  ['intake path', { intake: { path: 'hooks' } }, 'system.intake.path: found "hooks", must be a path that begins with /'],
  ['refused statuses', { intake: { path: '/', refusedStatuses: [42] } }, 'system.intake.refusedStatuses: found a list of 1, must be a list of HTTP statuses'],
  ['no destination', { components: { app: nats() }, destinations: {}, roles: { intake: 'app' } }, 'system.destinations: found none'],
  ['share', { destinations: { crm: segmentLike({ failures: { share: 2, statuses: [500] } }) } }, 'system.destinations.crm.failures.share: found 2, must be a number from 0 to 1'],
  ['failing with nothing', { destinations: { crm: segmentLike({ failures: { share: 0.5, statuses: [] } }) } }, 'system.destinations.crm.failures.statuses: found none'],
  ['percentiles', { destinations: { crm: segmentLike({ latency: { p50: '2s', p99: '1s' } }) } }, 'system.destinations.crm.latency.p99: found 1s, must be at least p50 (2s)'],
  ['two things of one name', { destinations: { crm: segmentLike(), app: segmentLike() } }, 'system.destinations.app: a component has this name already'],
  ['taken name', { destinations: { platform: segmentLike(), crm: segmentLike() } }, 'system.destinations.platform: this name is taken'],
  ['settle', { settle: 'a while' }, 'system.settle: found "a while", must be a duration'],
  ['address of nothing', { components: { app: command(['app'], { env: ({ to }) => ({ X: to('nowhere') }), ready: http('/') }) }, roles: { intake: 'app' } }, 'system.components.app: asks for the address of "nowhere"'],
])('refuses %s', (_, change, line) => {
  const problems = problemsOf(change)
  expect(problems).toHaveLength(1)
  expect(problems[0]).toContain(line)
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
