import { describe, expect, test } from 'vitest'
import { planRun } from '../../harness/phases/plan.ts'
import { loadReplacement, loadScenario, shipped } from '../../harness/scenario/load.ts'
import { prepare } from '../../harness/scenario/prepare.ts'
import { expected } from '../scenarios/expected.ts'
import { nameOf } from '../scenarios/row.ts'

// What a row would be refused for is known here at once, and not after the half hour that the table takes.
describe('the table of scenarios', () => {
  test.each(expected.map(row => [nameOf(row), row] as const))('%s can be run', async (_, { scenario, system, set, env }) => {
    const prepared = prepare(await loadScenario(scenario), { set, replacement: await loadReplacement(system || undefined), environment: env ?? 'local' })
    expect(() => planRun(prepared, 2026)).not.toThrow()
  })

  test.each([...shipped('scenario').keys()])('%s is tried on a pipeline that holds and on one that does not', name => {
    const systems = expected.filter(row => row.scenario === name).map(row => row.system === 'naive')
    expect(systems.toSorted()).toEqual(name === 'queue-leader' ? [false] : [false, true])
  })
})
