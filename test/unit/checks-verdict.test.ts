import { expect, test } from 'vitest'
import { composeVerdict, worstOf } from '../../harness/checks/verdict.ts'

const objective = { invariant: false }
const invariant = { invariant: true }

test.each([
  ['pass', [{ ...invariant, verdict: 'pass' }, { ...objective, verdict: 'pass' }]],
  ['unknown', [{ ...objective, verdict: 'pass' }, { ...invariant, verdict: 'unknown' }]],
  ['missed', [{ ...objective, verdict: 'fail' }, { ...invariant, verdict: 'unknown' }]],
  ['invalid', [{ ...objective, verdict: 'fail' }, { ...objective, verdict: 'invalid' }]],
  ['broken', [{ ...objective, verdict: 'invalid' }, { ...invariant, verdict: 'fail' }]],
  ['unknown', []],
] as const)('composes to %s', (verdict, findings) => expect(composeVerdict(findings)).toBe(verdict))

test('the worst of several runs', () => {
  expect(worstOf(['pass', 'unknown', 'missed', 'invalid', 'broken'])).toBe('broken')
  expect(worstOf(['pass', 'regression', 'unknown'])).toBe('regression')
  expect(worstOf(['missed', 'internal'])).toBe('internal')
  expect(worstOf(['pass', 'pass'])).toBe('pass')
  expect(worstOf([])).toBe('unknown')
})
