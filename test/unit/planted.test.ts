import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checksOf } from '../../harness/checks/registry.ts'
import { loadScenario } from '../../harness/scenario/load.ts'
import { prepare } from '../../harness/scenario/prepare.ts'
import { canary, checkerBugs, noOp, pipelineBugs } from '../planted/bugs.ts'
import { readAsked } from '../planted/choose.ts'
import { applyPatch, checkout, patchOf } from '../planted/scratch.ts'
import { weigh, type RunEnd } from '../planted/verdict.ts'

const everything = [canary, noOp, ...pipelineBugs, ...checkerBugs]
const underScenario = [canary, noOp, ...pipelineBugs]
const scenarioFile = (name: string): string => join(checkout, `test/planted/scenarios/${name}.ts`)

describe('the registry of planted bugs', () => {
  test('at least 25 of them, each with a name of its own, beside the canary and the no-op', () => {
    expect(pipelineBugs.length + checkerBugs.length).toBeGreaterThanOrEqual(25)
    expect(new Set(everything.map(one => one.name)).size).toBe(everything.length)
  })

  test('each has its patch, and each patch is of one', () => {
    const patches = globSync('*.patch', { cwd: join(checkout, 'test/planted') }).toSorted()
    expect(patches).toEqual(everything.map(one => `${one.name}.patch`).toSorted())
  })

  test('no two patches say the same', () => {
    expect(new Set(everything.map(one => readFileSync(patchOf(one.name), 'utf8'))).size).toBe(everything.length)
  })

  test('patches of the pipeline touch the pipeline alone, those of the checkers what judges and what writes down arrivals', () => {
    const touched = (name: string): string[] => [...readFileSync(patchOf(name), 'utf8').matchAll(/^\+\+\+ b\/(\S+)/gm)].map(([, file]) => file)
    expect(underScenario.flatMap(one => touched(one.name)).filter(file => !file.startsWith('system/'))).toEqual([])
    expect(checkerBugs.flatMap(bug => touched(bug.name)).filter(file => !/^harness\/(checks|destination)\//.test(file))).toEqual([])
  })

  test.each(everything.map(one => one.name))('%s applies to the checkout as it stands', async name => {
    expect(await applyPatch(name, checkout, { check: true })).toBeUndefined()
  })

  test.each([...new Set(underScenario.map(one => one.scenario))])('%s is a sound scenario that asks for the checks of its bugs', async name => {
    const prepared = prepare(await loadScenario(scenarioFile(name)))
    const asked = checksOf(prepared.expect, { faults: prepared.faults.length, guards: 0 }).map(check => `${check.name}, exit ${check.invariant ? 1 : 2}`)
    const wanted = pipelineBugs.filter(bug => bug.scenario === name).map(bug => `${bug.check}, exit ${bug.exit}`)
    expect(asked).toEqual(expect.arrayContaining(wanted))
  })

  test('the tests that must fail for a checker bug are there', () => {
    const missing = checkerBugs.filter(({ tests, fails }) => {
      const file = join(checkout, `test/unit/${tests}.test.ts`)
      // Titles of tables are put together when they run; their words stand in the file.
      return !existsSync(file) || fails.split(/\d+|composes to /).some(words => !readFileSync(file, 'utf8').includes(words.trim()))
    })
    expect(missing).toEqual([])
  })
})

describe('the verdict on a planted bug', () => {
  const loss = { check: 'noLoss', exit: 1 } as const
  const slow = { check: 'delay', exit: 2 } as const
  const check = (name: string, verdict: RunEnd['checks'][number]['verdict']) => ({ name, verdict, observed: 'so' })

  test.each<[string, Parameters<typeof weigh>[0], RunEnd, string]>([
    ['its check fails and the exit is right', loss, { exit: 1, checks: [check('noLoss', 'fail'), check('delay', 'fail')] }, 'asExpected'],
    ['its check fails and a busy machine makes it an invalid run', slow, { exit: 5, checks: [check('delay', 'fail'), check('generatorKeptUp', 'invalid')] }, 'invalid'],
    ['another check fails', loss, { exit: 1, checks: [check('intact', 'fail')] }, 'otherwise'],
    ['everything passes', loss, { exit: 0, checks: [check('noLoss', 'pass')] }, 'otherwise'],
    ['the exit is wrong', loss, { exit: 2, checks: [check('noLoss', 'fail')] }, 'otherwise'],
    ['nothing was to be seen, and nothing was', undefined, { exit: 0, checks: [check('noLoss', 'pass')] }, 'asExpected'],
    ['nothing was to be seen, and something was', undefined, { exit: 1, checks: [check('noLoss', 'fail')] }, 'otherwise'],
    ['nothing was to be seen, and nothing can be said', undefined, { exit: 4, checks: [check('noLoss', 'unknown')] }, 'otherwise'],
    ['nothing was to be seen, and the machine was busy', undefined, { exit: 5, checks: [check('generatorKeptUp', 'invalid')] }, 'invalid'],
    ['nothing was to be seen, and a busy machine also missed an objective', undefined, { exit: 5, checks: [check('delay', 'fail'), check('generatorKeptUp', 'invalid')] }, 'invalid'],
    ['the run gave none', loss, { exit: 70, checks: [] }, 'otherwise'],
  ])('%s', (_name, expected, end, kind) => expect(weigh(expected, end).kind).toBe(kind))
})

describe('what is asked for', () => {
  const names = (args: string[]): string[] => readAsked(args)!.planted.map(one => one.name)

  test('everything, unless some are named', () => {
    expect(names([])).toEqual(everything.map(one => one.name))
    expect(names(['--only', 'dedupe-off,canary'])).toEqual(['canary', 'dedupe-off'])
  })

  test('a sample is the same for a seed, another for the next, and has the canary and the no-op', () => {
    expect(names(['--sample', '6', '--seed', '7'])).toEqual(names(['--sample', '6', '--seed', '7']))
    expect(names(['--sample', '6', '--seed', '7'])).not.toEqual(names(['--sample', '6', '--seed', '8']))
    expect(names(['--sample', '6', '--seed', '7']).slice(0, 2)).toEqual(['canary', 'no-op'])
    expect(new Set(names(['--sample', '6']))).toHaveLength(8)
  })

  test.each([[['--only', 'no-such-bug']], [['--sample', 'six']], [['--everything']], [['--clean', '-1']]])('%s is wrong usage', args => {
    expect(() => readAsked(args)).toThrow(expect.objectContaining({ exit: 'usage' }))
  })
})
