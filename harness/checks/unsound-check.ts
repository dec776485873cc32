import type { Check } from './check.ts'

/**
 * What a check's factory returns for options that it cannot take: a factory is called while a scenario file is imported, and throwing there would tell one
 * problem and hide all others. A scenario with such a check is refused, so it is never asked.
 */
export function unsoundCheck(name: string, problems: readonly string[]): Check {
  return { name, problems, invariant: false, expected: 'options that it can take', judge: () => ({ verdict: 'unknown', observed: problems.join('; '), evidence: [] }) }
}
