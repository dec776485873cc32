/**
 * What every shipped scenario must come to, on the pipeline that is meant to hold and on the one that is meant to fail: exit code
 * and failing checks. A harness that cannot fail proves nothing.
 */
export interface Expected {
  scenario: string
  system: string
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

export const expected: readonly Expected[] = [
  held('smoke'),
  { scenario: 'smoke', system: 'naive', exit: 0, failing: [] },
  held('bfcm-flood'),
  { scenario: 'bfcm-flood', system: 'naive', exit: 0, failing: [] },
  held('disordered-topics'),
  // It tells a webhook by its webhook id, and the platform's repeat has another.
  { scenario: 'disordered-topics', system: 'naive', exit: 1, failing: ['noDuplicateEffects'] },
  held('queue-outage'),
  lost('queue-outage'),
  held('ledger-outage'),
  lost('ledger-outage'),
  held('destination-outage'),
  lost('destination-outage'),
  held('worker-crash'),
  lost('worker-crash'),
  held('ingest-crash'),
  lost('ingest-crash'),
  held('retry-storm'),
  lost('retry-storm'),
  held('silent-unsubscribe'),
  { scenario: 'silent-unsubscribe', system: 'naive', exit: 2, failing: ['throughput'] },
  held('platform-incident'),
  // It does not know the next secret and nothing brings back what was never sent; a repeat has another webhook id.
  { scenario: 'platform-incident', system: 'naive', exit: 1, failing: ['noDuplicateEffects', 'throughput'], also: follows },
  { scenario: 'queue-leader', system: 'clustered', exit: 0, failing: [] },
  // The second control: the same pipeline whose queue forgets what it holds when it dies.
  { scenario: 'test/controls/memory-queue.ts', system: '', exit: 1, failing: ['noLoss'], also: follows },
]
