/**
 * What every shipped scenario must come to, on the pipeline that is meant to hold and on the one that is meant to fail: exit code
 * and failing checks. A harness that cannot fail proves nothing.
 */
export interface Expected {
  scenario: string
  /** Empty: the scenario's own. */
  system: string
  /** Parameters other than the scenario's own. */
  set?: Readonly<Record<string, string>>
  /** Thousandths of a core that have to be there for it, so that its sender keeps its schedule beside others. */
  millicores: number
  /** Where it needs what only containers give; both unless set. */
  env?: 'containers'
  exit: number
  /** Checks whose verdict is "fail". None may be invalid, unless an invariant broke. */
  failing: readonly string[]
  /** Failing checks that may come along, since they follow from the same loss. */
  also?: readonly string[]
}

const follows = ['throughput', 'delay', 'recovery'] as const
/** Five to nine hundred webhooks a second through one of the pipelines; measured: 500 to 700, and more than a core while a backlog is worked off. */
const ordinary = 1_000
/** A cold intake again and again, or every message stored three times: beside more than a light one answers come so late that the sockets do not last. */
const heavy = 1_500
const light = 500
const half = '30s'
const third = '20s'

function held(scenario: string, millicores = ordinary): Expected {
  return { scenario, system: 'reference', millicores, exit: 0, failing: [] }
}

/** With so few orders in its hands when it dies that it takes the shipped rate to see one lost; half of the shipped time is as good. That the machine is too small for its retries does not undo a loss. */
function lostOnDeath(scenario: string): Expected {
  return { scenario, system: 'naive', set: { duration: half }, millicores: ordinary, exit: 1, failing: ['noLoss'], also: follows }
}

/** Loses or doubles orders by the hundred at any rate, so that a low one, which leaves room for others beside it, shows it as well, and in less time. */
function lostAtAnyRate(scenario: string, failing: readonly string[] = ['noLoss']): Expected {
  return { scenario, system: 'naive', set: { rate: '200', duration: third }, millicores: light, exit: 1, failing, also: follows }
}

/** In the order in which they begin, as far as there is room: the long ones first, and no scenario right after itself, since the worst moments of both would coincide. */
export const expected: readonly Expected[] = [
  // Every retry wave at once when a cold intake comes back: for itself.
  held('retry-storm', 2_000),
  { scenario: 'queue-leader', system: 'clustered', millicores: heavy, exit: 0, failing: [] },
  held('bfcm-flood'),
  held('silent-unsubscribe'),
  held('queue-outage', heavy),
  held('platform-incident'),
  held('disordered-topics'),
  held('destination-outage'),
  held('ledger-outage'),
  held('ingest-crash', heavy),
  held('worker-crash'),
  { ...held('disk-full', heavy), env: 'containers' },
  { ...held('out-of-memory'), env: 'containers' },
  // The second control: the same pipeline whose queue forgets what it holds when it dies.
  { ...lostAtAnyRate('test/controls/memory-queue.ts'), system: '' },
  { ...lostOnDeath('retry-storm'), set: { rate: '600', duration: half } },
  { scenario: 'bfcm-flood', system: 'naive', millicores: ordinary, exit: 0, failing: [] },
  { scenario: 'silent-unsubscribe', system: 'naive', millicores: light, exit: 2, failing: ['throughput'] },
  lostOnDeath('queue-outage'),
  // It does not know the next secret and nothing brings back what was never sent; a repeat has another webhook id.
  lostAtAnyRate('platform-incident', ['noDuplicateEffects', 'throughput']),
  // It tells a webhook by its webhook id, and the platform's repeat has another.
  lostAtAnyRate('disordered-topics', ['noDuplicateEffects']),
  lostAtAnyRate('destination-outage'),
  lostAtAnyRate('ledger-outage'),
  lostOnDeath('ingest-crash'),
  lostOnDeath('worker-crash'),
  // Its orders are in its memory alone, and its ledger is the one thing that has a disk.
  { ...lostAtAnyRate('out-of-memory'), env: 'containers' },
  // A disk has to be full for three seconds to be seen so, and it is full for an eighth of the flood.
  { ...lostAtAnyRate('disk-full'), set: { rate: '200', duration: half }, env: 'containers' },
  held('smoke', light),
  { scenario: 'smoke', system: 'naive', millicores: light, exit: 0, failing: [] },
]
