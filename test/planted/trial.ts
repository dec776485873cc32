// One planted bug put to the test in a scratch copy of its own.
import { isCheckerBug, type Planted } from './bug.ts'
import type { Outcome, TrialOptions } from './outcome.ts'
import { tryRun } from './run-trial.ts'
import { applyPatch, makeScratch } from './scratch.ts'
import { tryChecker } from './tests-trial.ts'

/** Plants a bug in a copy and says whether it was caught there; of a no-op, whether it was not. */
export async function tryPlanted(planted: Planted, options: TrialOptions): Promise<Outcome> {
  await using scratch = await makeScratch()
  const refusal = await applyPatch(planted.name, scratch.folder)
  if (refusal !== undefined) return neverApplied(planted, refusal)
  if (isCheckerBug(planted)) return await tryChecker(planted, scratch, options)
  return await tryRun(planted, 'check' in planted ? planted : undefined, scratch, options)
}

function neverApplied(planted: Planted, refusal: string): Outcome {
  const under = isCheckerBug(planted) ? planted.tests : planted.scenario
  const by = `the patch does not apply: ${refusal.split('\n')[0]}`
  return { name: planted.name, under, expected: 'a patch that applies', isAsExpected: false, by, exit: null, seconds: 0, invalid: [] }
}
