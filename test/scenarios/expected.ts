/**
 * What every shipped scenario must come to, on the pipeline that is meant to hold and on the one that is meant to fail: exit code
 * and failing checks. A harness that cannot fail proves nothing.
 */
export interface Expected {
  scenario: string
  /** Empty: the scenario's own. */
  system: string
  /** Where it needs what only containers give; both unless set. */
  env?: 'containers'
  exit: number
  /** Checks whose verdict is "fail". None may be invalid, unless an invariant broke. */
  failing: readonly string[]
  /** Failing checks that may come along, since they follow from the same loss. */
  also?: readonly string[]
}

const follows = ['throughput', 'delay', 'recovery'] as const

function held(scenario: string): Expected {
  return { scenario, system: 'reference', exit: 0, failing: [] }
}

function lost(scenario: string): Expected {
  return { scenario, system: 'naive', exit: 1, failing: ['noLoss'], also: follows }
}

/** In the order in which they begin: the long ones first, and no scenario right after itself, since then the worst moments of both would coincide. */
export const expected: readonly Expected[] = [
  { scenario: 'queue-leader', system: 'clustered', exit: 0, failing: [] },
  held('retry-storm'),
  held('bfcm-flood'),
  held('silent-unsubscribe'),
  held('queue-outage'),
  held('platform-incident'),
  held('disordered-topics'),
  held('destination-outage'),
  held('ledger-outage'),
  held('ingest-crash'),
  held('worker-crash'),
  // The second control: the same pipeline whose queue forgets what it holds when it dies.
  { scenario: 'test/controls/memory-queue.ts', system: '', exit: 1, failing: ['noLoss'], also: follows },
  lost('retry-storm'),
  { scenario: 'bfcm-flood', system: 'naive', exit: 0, failing: [] },
  { scenario: 'silent-unsubscribe', system: 'naive', exit: 2, failing: ['throughput'] },
  lost('queue-outage'),
  // It does not know the next secret and nothing brings back what was never sent; a repeat has another webhook id.
  { scenario: 'platform-incident', system: 'naive', exit: 1, failing: ['noDuplicateEffects', 'throughput'], also: follows },
  // It tells a webhook by its webhook id, and the platform's repeat has another.
  { scenario: 'disordered-topics', system: 'naive', exit: 1, failing: ['noDuplicateEffects'] },
  lost('destination-outage'),
  lost('ledger-outage'),
  lost('ingest-crash'),
  lost('worker-crash'),
  held('smoke'),
  { scenario: 'smoke', system: 'naive', exit: 0, failing: [] },
]
