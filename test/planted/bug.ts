// What a planted bug is: a patch beside this file and what must see it.

/** A defect of the reference pipeline, run under a scenario of scenarios/ by the real command. */
export interface PipelineBug {
  /** Names the patch: `<name>.patch`. */
  name: string
  /** What somebody did wrong, in a few words. */
  what: string
  /** File in scenarios/, without its ending. */
  scenario: string
  /** The check that must fail. Others may fail with it. */
  check: string
  /** What the command must exit with: 1 for a broken invariant, 2 for a missed objective. */
  exit: 1 | 2
}

/** A defect of the checkers themselves, run against hand-made histories: the unit tests of that file. */
export interface CheckerBug {
  name: string
  what: string
  /** File in test/unit/, without `.test.ts`. */
  tests: string
  /** Part of the title of a test that must fail. Others may fail with it. */
  fails: string
}

/** A change that is no defect: the same scenario must pass with it. */
export interface NoOp {
  name: string
  what: string
  scenario: string
}

export type Planted = PipelineBug | CheckerBug | NoOp

export function isCheckerBug(planted: Planted): planted is CheckerBug {
  return 'tests' in planted
}
