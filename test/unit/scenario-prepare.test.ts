import { describe, expect, test } from 'vitest'
import { FloodmarkError } from '../../harness/errors.ts'
import { at, command, constant, defineScenario, defineSystem, delay, during, exponential, http, nats, noLoss, portion, ramp, recovery, replay, running, segmentLike, sequence, shopify2024, tcp, throughput, type Scenario } from '../../harness/index.ts'
import { listScaledTimes } from '../../harness/phases/scaled-times.ts'
import { prepare, type PrepareOptions } from '../../harness/scenario/prepare.ts'

const system = defineSystem({
  components: {
    queue: nats(),
    taker: command(['taker'], { env: ({ to, port }) => ({ PORT: port, QUEUE: to('queue') }), ready: http('/healthz') }),
    sender: command(['sender'], { env: ({ to }) => ({ QUEUE: to('queue'), CRM: to('crm'), SHOP: to('platform') }), ready: tcp() }),
    old: running({ url: 'http://127.0.0.1:4000', connectsTo: ['crm'] }),
  },
  roles: { intake: 'taker', buffer: 'queue', worker: 'sender', store: 'old' },
  intake: { path: '/hooks' },
  destinations: { crm: segmentLike(), mail: segmentLike() },
  correlate: () => [],
})

type Input = Parameters<typeof defineScenario>[0]

function scenario(change: Partial<Record<keyof Input | 'colour', unknown>> = {}): Scenario {
  return defineScenario({
    name: 'made-up',
    hypothesis: 'It holds.',
    system,
    parameters: { rate: 100, duration: '60s', wait: '5s', many: 7, loud: false },
    load: ({ rate, duration }) => ({ shape: constant({ rate, over: duration }), shops: 20, topics: ['orders/create'], retries: shopify2024 }),
    faults: [at('40%').kill('buffer').for('30%')],
    expect: [noLoss()],
    ...(change as object),
  })
}

function problemsOf(change: Parameters<typeof scenario>[0], options?: PrepareOptions): string[] {
  try {
    prepare(scenario(change), options)
    return []
  } catch (error) {
    if (!(error instanceof FloodmarkError)) throw error
    expect(error.exit).toBe('usage')
    return [...error.evidence]
  }
}

const load = { shape: constant({ rate: 1, over: '60s' }), shops: 20, topics: ['orders/create'], retries: shopify2024 }

test('fills in what was left out', () => {
  const { load: filled, scenario: made, systemFile, floodMs } = prepare(scenario())
  expect(filled).toMatchObject({ spacing: 'even', timeScale: 1, maxSockets: 1_024 })
  expect(made).toMatchObject({ repair: false, lateAfter: '5m', drainLimit: '5m', recoveryBound: '30s', generator: { lagP99Ms: 50, unsent: 0 } })
  expect(system).toMatchObject({ name: 'scenario-prepare.test', settle: '35s', intake: { refusedStatuses: [] } })
  expect([systemFile, floodMs]).toEqual([null, 60_000])
})

test('remembers the file that called', () => {
  expect(scenario().file).toBe(import.meta.filename)
  expect(system.file).toBe(import.meta.filename)
})

test('turns roles into components and times into milliseconds', () => {
  const faults = [at('40%').kill('buffer').for('30%'), at('1s').cut('worker->destination').for('2s'), at('10%').slow('intake->buffer', { latency: '1s' }).for('5s'), at('5s').cut('platform->intake').for('1s'), at('50%').cut('worker->platform').for('1s')]
  expect(prepare(scenario({ faults })).faults).toEqual([
    { id: 'fault-1', kind: 'kill', target: 'queue', parameters: {}, atMs: 24_000, forMs: 18_000 },
    { id: 'fault-2', kind: 'cut', target: 'sender->crm', parameters: {}, atMs: 1_000, forMs: 2_000 },
    { id: 'fault-3', kind: 'slow', target: 'taker->queue', parameters: { latency: '1s' }, atMs: 6_000, forMs: 5_000 },
    { id: 'fault-4', kind: 'cut', target: 'platform->taker', parameters: {}, atMs: 5_000, forMs: 1_000 },
    { id: 'fault-5', kind: 'cut', target: 'sender->platform', parameters: {}, atMs: 30_000, forMs: 1_000 },
  ])
})

test('a fault that comes again has a window and a name for each time', () => {
  expect(prepare(scenario({ faults: [during('5%', '10%').kill('buffer'), at('20%').every('30%').kill('buffer').for('5%')] })).faults).toEqual([
    { id: 'fault-1', kind: 'kill', target: 'queue', parameters: {}, atMs: 3_000, forMs: 3_000 },
    { id: 'fault-2.1', kind: 'kill', target: 'queue', parameters: {}, atMs: 12_000, forMs: 3_000 },
    { id: 'fault-2.2', kind: 'kill', target: 'queue', parameters: {}, atMs: 30_000, forMs: 3_000 },
    { id: 'fault-2.3', kind: 'kill', target: 'queue', parameters: {}, atMs: 48_000, forMs: 3_000 },
  ])
})

test('a fault may end with the flood, whatever the shares add up to in floating point', () => {
  expect(problemsOf({ faults: [at('70.1%').kill('buffer').for('29.9%')] })).toEqual([])
})

test.each<[string, Parameters<typeof scenario>[0], PrepareOptions, string]>([
  ['unknown key', { colour: 'red' }, {}, 'colour: unknown; there is name, hypothesis,'],
  ['mistyped key of the load', { load: { ...load, timeScal: 2 } }, {}, 'load.timeScal: unknown, did you mean timeScale?'],
  ['unknown engine', { engine: 'jmeter' as never }, {}, 'engine: found "jmeter", must be one of native, k6'],
  ['unknown key of the generator', { generator: { lag: 3 } }, {}, 'generator.lag: unknown; there is lagP99Ms, unsent'],
  ['name', { name: 'Black Friday' }, {}, 'name: found "Black Friday", must be kebab-case'],
  ['no hypothesis', { hypothesis: ' ' }, {}, 'hypothesis: found " ", must be'],
  ['system that is none', { system: {} }, {}, 'system: found an empty object, must be what defineSystem returns'],
  ['duration', { lateAfter: '20 parsecs' }, {}, 'lateAfter: found "20 parsecs", must be a duration'],
  ['bound of zero', { recoveryBound: '0s' }, {}, 'recoveryBound: found "0s", must be a duration longer than zero'],
  ['rate', { parameters: { rate: -5, duration: '60s' } }, {}, 'parameters.rate: found -5, must be a number above 0'],
  ['duration of the flood', { parameters: { rate: 5, duration: '20 parsecs' } }, {}, 'parameters.duration: found "20 parsecs"'],
  ['no rate', { parameters: { duration: '60s' } }, {}, 'parameters.rate: found nothing'],
  ['shops', { load: { ...load, shops: 0 } }, {}, 'load.shops: found 0, must be a whole number from 1 to'],
  ['sockets', { load: { ...load, maxSockets: 1.5 } }, {}, 'load.maxSockets: found 1.5'],
  ['senders', { load: { ...load, senders: 0 } }, {}, 'load.senders: found 0, must be a whole number from 1 to 16'],
  ['senders without a shop', { load: { ...load, senders: 3, shops: 2 } }, {}, 'load.senders: found 3, must be at most the 2 shops'],
  ['senders without a socket', { load: { ...load, senders: 3, maxSockets: 2 } }, {}, 'load.senders: found 3, must be at most maxSockets, which is 2'],
  ['time scale', { load: { ...load, timeScale: 0 } }, {}, 'load.timeScale: found 0, must be a number from 1'],
  ['topic', { load: { ...load, topics: ['orders/creat'] } }, {}, 'load.topics[0]: found "orders/creat", must be one of orders/create,'],
  ['no topic', { load: { ...load, topics: [] } }, {}, 'load.topics: found a list of 0'],
  ['shape that refuses', { load: () => ({ ...load, shape: constant({ rate: Number.NaN, over: '60s' }) }) }, {}, 'load.shape.rate: found NaN, must be a number of events a second'],
  ['shape in a sequence', { load: { ...load, shape: sequence([load.shape, ramp({ from: 1, to: 2, over: '2 parsecs' as '2s' })]) } }, {}, 'load.shape[1].over: found "2 parsecs", must be a duration'],
  ['shape that is none', { load: { ...load, shape: 'flat' } }, {}, 'load.shape: found "flat", must be a shape'],
  ['load that is none', { load: { ...load, shape: constant({ rate: 1e9, over: '60s' }) } }, {}, 'load.shape: constant comes to 60000000000 events in all, must be at most'],
  ['load of nothing', { load: { ...load, shape: constant({ rate: 0, over: '60s' }) } }, {}, 'load.shape: constant comes to 0 events, must be at least one order'],
  ['spacing', { load: { ...load, spacing: 'poison' } }, {}, 'load.spacing: found "poison", must be one of even, uniform, poisson'],
  ['policy that refuses', { load: { ...load, retries: exponential({ first: 'soon' as '1s', factor: 2, retries: 3 }) } }, {}, 'load.retries.first: found "soon", must be a duration'],
  ['policy that is none', { load: { ...load, retries: 'often' } }, {}, 'load.retries: found "often", must be an object with name'],
  ['more retries than are counted', { load: { ...load, retries: { ...shopify2024, delaysMs: Array.from({ length: 255 }, () => 1) } } }, {}, 'load.retries.delaysMs: found a list of 255, must be a list of at most 254 delays'],
  ['recording that is not there', { load: { ...load, shape: replay({ file: 'no-such.csv' }) } }, {}, 'load.shape.file: ENOENT'],
  ['part of a duration that is none', { load: { ...load, shape: constant({ rate: 1, over: portion('2 parsecs' as '2s', 0.5) }) } }, {}, 'load.shape.over: found "2 parsecs"'],
  ['option of a check', { expect: [noLoss(), delay({ p99: '20 parsecs' as '20s' })] }, {}, 'expect.delay.p99: found "20 parsecs", must be a duration'],
  ['options of a check', { expect: [throughput({} as never)] }, {}, 'expect.throughput.atLeast: found nothing, must be a share'],
  ['code that throws', { faults: () => { throw new Error('no idea') } }, {}, 'faults: no idea'],
  ['no check', { expect: [] }, {}, 'expect: found a list of 0, must be a list of at least one check'],
  ['check that is none', { expect: [noLoss(), 'noLoss'] }, {}, 'expect[1]: found "noLoss", must be a check'],
  ['check that needs faults', { faults: [], expect: [recovery({ backlog: '15s' })] }, {}, 'expect.recovery: needs a fault'],
  ['fault on a role nobody plays', { faults: [at('1%').kill('reconciler').for('2%')] }, {}, 'faults[0].target: no component of system scenario-prepare.test plays reconciler; roles: intake (taker)'],
  ['mistyped target', { faults: [at('1%').kill('bufer').for('2%')] }, {}, 'faults[0].target: no role or component bufer, did you mean buffer?'],
  ['link that is not there', { faults: [at('1%').cut('intake->store').for('2%')] }, {}, 'faults[0].target: no link intake->store (taker->old in system scenario-prepare.test)'],
  ['link where a component belongs', { faults: [at('1%').kill('intake->buffer').for('2%')] }, {}, 'faults[0].target: found "intake->buffer", must be a role or component'],
  ['component where a link belongs', { faults: [at('1%').cut('buffer').for('2%')] }, {}, 'faults[0].target: found "buffer", must be a link'],
  ['what already runs', { faults: [at('1%').kill('store').for('2%')] }, {}, 'faults[0].target: old already runs and is not managed by floodmark'],
  ['link without proxy', { faults: [at('1%').cut('intake->buffer').for('2%')] }, { links: 'direct' }, 'faults[0]: cut needs the proxy of intake->buffer, which --links direct leaves out'],
  ['fault outside the flood', { faults: [at('80%').kill('buffer').for('30%')] }, {}, 'faults[0]: outside the flood: begins at 48 s and ends at 66 s, the flood ends at 60 s'],
  ['fault of no length', { faults: [at('80%').kill('buffer').for('0%')] }, {}, 'faults[0].for: found "0%", must be longer than zero'],
  ['fault too short to be seen', { faults: [at('10%').blackhole('intake->buffer').for('1s')] }, {}, 'faults[0]: in force for 1 s, must be 1.5 s at least for blackhole to be seen with these parameters'],
  ['fault with two ends', { faults: [{ ...at('10%').kill('buffer').for('5%'), until: '60%' }] }, {}, 'faults[0]: found both, must have one of for and until'],
  ['fault with no end', { faults: [{ kind: 'kill', target: 'buffer', parameters: {}, at: '10%' }] }, {}, 'faults[0]: found neither, must have one of for and until'],
  ['fault that comes so many times, never said when', { faults: [{ ...at('10%').kill('buffer').for('5%'), times: 3 }] }, {}, 'faults[0].times: found 3, must come with every'],
  ['fault that comes half a time', { faults: [at('10%').every('20%').times(0.5).kill('buffer').for('5%')] }, {}, 'faults[0].times: found 0.5, must be a whole number from 1 to 200'],
  ['fault that meets itself', { faults: [at('10%').every('5%').kill('buffer').for('5%')] }, {}, 'faults[0].every: found "5%", must be longer than the fault itself, 3 s'],
  ['fault without end', { faults: [at('80%').kill('buffer')] }, {}, 'faults[0]: has no end'],
  ['instant', { faults: [at('noon' as '1%').kill('buffer').for('1%')] }, {}, 'faults[0].at: found "noon", must be a share of the flood'],
  ['mistyped kind', { faults: [(at('1%') as never as Record<string, (target: string) => { for(length: string): unknown }>).kil('buffer').for('1%')] }, {}, 'faults[0].kil: unknown, did you mean kill?'],
  ['fault without kind', { faults: [at('80%')] }, {}, 'faults[0]: has no kind'],
  ['kind', { faults: [{ kind: 'kil', target: 'buffer', parameters: {}, at: '1%', for: '1%' }] }, {}, 'faults[0].kil: unknown, did you mean kill?'],
  ['parameters of a fault', { faults: [at('1%').slow('intake->buffer', { latency: 'ages' as '1s' }).for('1%')] }, {}, 'faults[0].slow: latency'],
  ['overlap', { faults: [at('10%').kill('buffer').for('20%'), at('20%').pause('queue').for('5%')] }, {}, 'faults: pause queue'],
  ['--set unknown', {}, { set: { rat: '5' } }, '--set rat: unknown, did you mean rate?; there is rate, duration, wait, many, loud'],
  ['--set number', {}, { set: { many: 'x' } }, '--set many: found "x", must be a number'],
  ['--set duration', {}, { set: { wait: '5 parsecs' } }, '--set wait: found "5 parsecs", must be a duration'],
  ['--set flag', {}, { set: { loud: 'very' } }, '--set loud: found "very", must be true or false'],
  ['--set rate', {}, { set: { rate: '0' } }, '--set rate: found 0, must be a number above 0'],
])('refuses %s', (_, change, options, line) => {
  const problems = problemsOf(change, options)
  expect(problems).toHaveLength(1)
  expect(problems[0]).toContain(line)
})

test('tells all problems at once, and none twice', () => {
  const problems = problemsOf({ colour: 1, lateAfter: '20 parsecs', parameters: { rate: 0, duration: 'soon' }, faults: [at('90%').kill('buffer').for('20%'), at('1%').kill('nobody').for('1%')], expect: [3] }, { set: { other: 1 } })
  expect(problems.map(line => line.split(':')[0])).toEqual(['lateAfter', 'colour', 'parameters.rate', 'parameters.duration', '--set other', 'expect[0]', 'faults[0]', 'faults[1].target'])
})

describe('where the length of the flood is not known', () => {
  const faults = [at('70s').kill('buffer').for('10s'), at('90%').pause('worker').for('20%'), at('10%').kill('buffer').for('1s'), at('1%').kill('nobody').for('0%')]
  const always = ['faults[1]', 'faults[3].for', 'faults[3].target']

  test.each<[string, Parameters<typeof scenario>[0], string]>([
    ['wrong shape', { load: { ...load, shape: constant({ rate: 1, over: 'long' as '1s' }) } }, 'load.shape.over'],
    ['no shape', { load: { ...load, shape: 3 } }, 'load.shape'],
    ['load that throws', { load: () => { throw new Error('no idea') } }, 'load'],
    ['wrong parameter', { parameters: { rate: 1, duration: 'long' } }, 'parameters.duration'],
  ])('%s: only what holds for any length is told of the faults', (_, change, path) => {
    const problems = problemsOf({ ...change, faults })
    expect(problems.map(line => line.split(':')[0])).toEqual([path, ...always])
    expect(problems[1]).toBe('faults[1]: outside the flood: begins at 90% and ends at 110%, the flood ends at 100%')
  })

  test('it is known where only something else of the load is wrong', () => {
    expect(problemsOf({ load: { ...load, shape: constant({ rate: -1, over: '60s' }), shops: 0 }, faults }).map(line => line.split(':')[0])).toEqual(['load.shops', 'load.shape.rate', 'faults[0]', ...always])
  })
})

test('targets are told beside the problems of the system, and none that follow from them', () => {
  const broken = defineSystem({ ...system, settle: 'a while', roles: { ...system.roles, buffer: 'quue' }, components: { ...system.components, sender: command(['sender'], { env: () => { throw new Error('REGION is not set') }, ready: tcp() }) } } as never)
  const faults = [at('1%').kill('nobody').for('1%'), at('2%').kill('buffer').for('1%'), at('3%').cut('worker->destination').for('1%'), at('4%').cut('intake->buffer').for('1%')]
  expect(problemsOf({ system: broken, faults }).map(line => line.split(': ')[0])).toEqual(['system.settle', 'system.roles.buffer', 'system.components.sender.env', 'faults[0].target'])
})

describe('what only containers can do', () => {
  const { old: _, ...components } = system.components
  const contained = (queue = nats()): typeof system => defineSystem({ ...system, components: { ...components, queue }, roles: { intake: 'taker', buffer: 'queue', worker: 'sender' } } as never)

  test('is refused for local processes, and for nobody where no environment is named', () => {
    const faults = [at('10%').limitCpu('worker', { to: 0.1 }).for('10%'), at('30%').limitMemory('worker', { to: '64MB' }).for('10%'), at('50%').disconnect('buffer').for('10%'), at('70%').fillDisk('buffer').for('10%')]
    const named = ['limitCpu sender', 'limitMemory sender', 'disconnect queue', 'fillDisk queue']
    expect(problemsOf({ system: contained(), faults }, { environment: 'local' })).toEqual(named.map(name => expect.stringMatching(`^faults: ${name} needs --env containers: `)))
    expect(problemsOf({ system: contained(), faults })).toEqual([])
    // Something that already runs on this machine's loopback is out of a container's reach.
    expect(problemsOf({ faults })).toHaveLength(4)
  })

  test('a disk is filled under a server that has one, or under those that a program writes to', () => {
    expect(prepare(scenario({ system: contained(), faults: [at('10%').fillDisk('intake').for('10%')] })).faults).toMatchObject([{ target: 'taker', members: ['queue'] }])
    expect(problemsOf({ system: contained(nats({ storage: 'memory' })), faults: [at('10%').fillDisk('buffer').for('10%')] })).toEqual([expect.stringMatching('^faults\\[0\\].fillDisk: found queue, which has nothing on a disk that is known')])
  })
})

test('reads overrides in the declared type', () => {
  expect(prepare(scenario(), { set: { rate: '250', duration: '2m', loud: 'true', many: 3, wait: '1s' } }).parameters).toEqual({ rate: 250, duration: '2m', loud: true, many: 3, wait: '1s' })
})

test('a system can be put in the place of the declared one', () => {
  const other = defineSystem({ components: { app: command(['app'], { env: ({ to }) => ({ CRM: to('crm') }), ready: tcp() }) }, roles: { intake: 'app', buffer: 'app' }, intake: { path: '/' }, destinations: { crm: segmentLike() }, correlate: () => [] })
  const prepared = prepare(scenario(), { replacement: { system: other, file: '/somewhere/other.ts' } })
  expect(prepared.system).toBe(other)
  expect(prepared.systemFile).toBe('/somewhere/other.ts')
  expect(prepared.faults[0].target).toBe('app')
})

test('times that an env has scaled are listed, whatever else it does', () => {
  const app = command(['app'], { env: ({ to, scaled }) => ({ CRM: new URL(to('crm')).host, EVERY: scaled('2m') }), ready: tcp() })
  const taking = (component: typeof app): ReturnType<typeof prepare> => prepare(scenario({ system: defineSystem({ ...system, components: { app: component }, roles: { intake: 'app' } }), faults: [], load: { ...load, timeScale: 60 } }))
  expect(listScaledTimes(taking(app))).toContainEqual({ name: 'app: EVERY', ms: 2_000, scaled: true })
  let isOver = false
  const prepared = taking(command(['app'], { env: ({ to }) => { if (isOver) throw new Error('again?'); return { CRM: to('crm') } }, ready: tcp() }))
  isOver = true
  expect(listScaledTimes(prepared).filter(({ name }) => name.startsWith('app'))).toEqual([])
})

test('the hash is of what is asked, not of how it is written', () => {
  const hash = (change: Parameters<typeof scenario>[0], options?: PrepareOptions): string => prepare(scenario(change), options).hashes.scenario
  expect(hash({ hypothesis: 'In other words.' })).toBe(hash({}))
  expect(hash({}, { set: { rate: 100 } })).toBe(hash({}))
  expect(hash({}, { set: { rate: 101 } })).not.toBe(hash({}))
  expect(hash({ faults: [] })).not.toBe(hash({}))
  expect(hash({ lateAfter: '6m' })).not.toBe(hash({}))
})
