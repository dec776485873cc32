// The control arm of an experiment: the same plan on the same system through the same links, and nothing broken.
import type { Prepared } from './prepare.ts'

/** The scenario without its faults, and without the checks that only a fault gives something to say. Its hashes stay, so that the plan is the same event for event. */
export function withoutFaults(prepared: Prepared): Prepared {
  const { scenario, expect } = prepared
  return { ...prepared, scenario: { ...scenario, name: `${scenario.name}-control` }, faults: [], expect: expect.filter(check => check.needsFaults !== true) }
}
