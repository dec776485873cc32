// What a planted run is asked to do.
import { hash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { FloodmarkError } from '../../harness/errors.ts'
import type { Planted } from './bug.ts'
import { canary, checkerBugs, noOp, pipelineBugs } from './bugs.ts'

export interface Asked {
  planted: readonly Planted[]
  /** Runs of the unchanged pipeline. */
  clean: number
  /** Side by side. */
  atOnce: number
  seed: number
  json: boolean
}

export const usage = `npm run planted -- [options]
  --only a,b      only these
  --sample 6      a sample of so many, beside the canary and the no-op
  --clean 50      after them so many clean runs of mixed scenarios
  --at-once 2     so many side by side (as many as there are cores)
  --seed 7        of the sample and of the clean runs (1)
  --list          names, and what each must be caught by
  --json          the table as JSON on standard output`

const everything: readonly Planted[] = [canary, noOp, ...pipelineBugs, ...checkerBugs]

/** Reads the command line. Throws exit 64 with what is wrong; undefined for what only wants to be told something. */
export function readAsked(args: readonly string[]): Asked | undefined {
  const { values } = parse(args)
  const seed = wholeNumber('--seed', values.seed, 1)
  if (values.list) process.stdout.write(`${everything.map(describe).join('\n')}\n`)
  if (values.help) process.stdout.write(`${usage}\n`)
  if (values.list || values.help) return undefined
  return { planted: choose(values.only, values.sample, seed), clean: wholeNumber('--clean', values.clean, 0), atOnce: Math.max(1, wholeNumber('--at-once', values['at-once'], availableParallelism())), seed, json: values.json ?? false }
}

function choose(only: string | undefined, size: string | undefined, seed: number): readonly Planted[] {
  if (only !== undefined) return named(only.split(','))
  return size === undefined ? everything : sample(wholeNumber('--sample', size, 0), seed)
}

function parse(args: readonly string[]) {
  try {
    const [text, flag] = [{ type: 'string' }, { type: 'boolean' }] as const
    const options = { only: text, sample: text, clean: text, 'at-once': text, seed: text, list: flag, json: flag, help: flag }
    return parseArgs({ args: [...args], options })
  } catch (error) {
    throw new FloodmarkError('usage', (error as Error).message, { hint: usage })
  }
}

function named(names: readonly string[]): Planted[] {
  const unknown = names.filter(name => !everything.some(one => one.name === name))
  if (unknown.length > 0) throw new FloodmarkError('usage', `no planted bug ${unknown.join(', ')}`, { hint: `there is ${everything.map(one => one.name).join(', ')}` })
  return everything.filter(one => names.includes(one.name))
}

/** The same names for the same seed, whatever order the registry has. */
function sample(count: number, seed: number): Planted[] {
  const key = ({ name }: Planted): string => hash('sha256', `${seed} ${name}`, 'hex')
  const drawn = [...pipelineBugs, ...checkerBugs].toSorted((a, b) => (key(a) < key(b) ? -1 : 1)).slice(0, count)
  return [canary, noOp, ...drawn]
}

function wholeNumber(option: string, text: string | undefined, fallback: number): number {
  const value = Number(text ?? fallback)
  if (!Number.isSafeInteger(value) || value < 0) throw new FloodmarkError('usage', `${option}: found ${text}, must be a whole number`, { hint: usage })
  return value
}

function describe(planted: Planted): string {
  const must = 'tests' in planted ? `test/unit/${planted.tests}.test.ts` : `${planted.scenario}: ${'check' in planted ? planted.check : 'must pass'}`
  return `${planted.name.padEnd(30)} ${planted.what} (${must})`
}

/** Scenarios for clean runs: every one that a bug is caught under. */
export function scenarioNames(): string[] {
  return readdirSync(join(import.meta.dirname, 'scenarios')).map(file => file.replace(/\.ts$/, '')).toSorted()
}
