// How a plan that this machine cannot carry out is refused: all that is wrong with it at once, each with its arithmetic.
import { FloodmarkError } from '../errors.ts'

export interface Impossible {
  /** What was found and what would be possible, with the numbers that say so. */
  problem: string
  /** What to change. */
  hint: string
}

/** Throws a usage error where there is any. */
export function refuseImpossible(scenario: string, found: readonly Impossible[]): void {
  if (found.length === 0) return
  const evidence = found.map(({ problem }) => problem)
  const count = found.length === 1 ? 'a problem' : `${found.length} problems`
  throw new FloodmarkError('usage', `the plan of ${scenario} has ${count}, so it cannot be carried out here`, { evidence, hint: [...new Set(found.map(({ hint }) => hint))].join('; ') })
}
