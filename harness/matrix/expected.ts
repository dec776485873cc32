// The file in which a system's owners declare what each failure may do to orders. JSON, edited by hand: { "queue": { "kill": "retried" } }.
import { existsSync, readFileSync } from 'node:fs'
import { outcomes, type MatrixRecord } from '../../reports/matrix/record.ts'
import { causeOf, FloodmarkError } from '../errors.ts'
import { oneOf, problemsOf, unknownKey } from '../scenario/rules.ts'
import type { Dependency } from './dependency.ts'
import { modes as knownModes } from './modes.ts'

type Expected = MatrixRecord['expected']

/** The default place: beside the system file, `reference.matrix.json` for `reference.ts`. */
export function expectedFileOf(systemFile: string): string {
  return systemFile.replace(/\.\w+$/, '.matrix.json')
}

/** What is declared. A file that is not there declares nothing, unless it was asked for. Throws exit 64 with every problem of its text. */
export function readExpected(file: string, dependencies: readonly Dependency[], { required }: { required: boolean }): Expected | undefined {
  if (!existsSync(file)) {
    if (required) throw new FloodmarkError('usage', `no file ${file}`, { hint: 'make it with --declare, which writes what was found, and edit it from there' })
    return undefined
  }
  let declared: unknown
  try {
    declared = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new FloodmarkError('usage', `${file} is not JSON: ${causeOf(error)}`, { cause: error })
  }
  const problems = problemsOfExpected(declared, dependencies)
  if (problems.length > 0) throw new FloodmarkError('usage', `${file} has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}`, { evidence: problems, hint: 'mend it, or write it anew with --declare' })
  return declared as Expected
}

function problemsOfExpected(declared: unknown, dependencies: readonly Dependency[]): string[] {
  if (typeof declared !== 'object' || declared === null || Array.isArray(declared)) return ['must be an object: a dependency, then a failure mode, then what may happen']
  const rows = dependencies.map(({ name }) => name)
  const columns = knownModes.map(({ name }) => name)
  return Object.entries(declared).flatMap(([row, cells]) => {
    if (!rows.includes(row)) return [unknownKey(row, rows)]
    if (typeof cells !== 'object' || cells === null) return [`${row}: must be an object: a failure mode, then what may happen`]
    return Object.entries(cells).flatMap(([column, outcome]) => (columns.includes(column) ? problemsOf(`${row}.${column}`, oneOf(outcomes), outcome) : [`${row}.${unknownKey(column, columns)}`]))
  })
}

/** The text of such a file for what was found: the beginning of a declaration. Cells that say nothing are left out. */
export function declaration({ cells, dependencies, modes }: Pick<MatrixRecord, 'cells' | 'dependencies' | 'modes'>): string {
  const rows = dependencies.map(({ name: row }) => [row, Object.fromEntries(modes.flatMap(({ name: column }) => {
    const outcome = cells[row]?.[column]?.outcome
    return outcome !== undefined && (outcomes as readonly string[]).includes(outcome) ? [[column, outcome]] : []
  }))] as const)
  return `${JSON.stringify(Object.fromEntries(rows.filter(([, columns]) => Object.keys(columns).length > 0)), null, 2)}\n`
}
