// `floodmark matrix`: every dependency of a system times every way in which it fails, one run a cell, kept from call to call.
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { matrixRecord, matrixSchemaVersion, stateOf, type MatrixRecord } from '../../reports/matrix/record.ts'
import { differences, stateLine } from '../../reports/matrix/words.ts'
import { writeMatrix } from '../../reports/matrix/write.ts'
import { worstOf } from '../checks/verdict.ts'
import { FloodmarkError } from '../errors.ts'
import type { ExitName } from '../exit-codes.ts'
import { cellsOf, runCells, type Cell } from '../matrix/cells.ts'
import { dependenciesOf, type Dependency } from '../matrix/dependency.ts'
import { declaration, expectedFileOf, readExpected } from '../matrix/expected.ts'
import { modes } from '../matrix/modes.ts'
import { describeFloodmark, describeMachine } from '../phases/machine.ts'
import { hashSystem } from '../scenario/hash.ts'
import { findFile, loadSystem, systemModuleOf } from '../scenario/load.ts'
import { unknownKey } from '../scenario/rules.ts'
import type { System } from '../scenario/system.ts'
import { checkOutFolder } from './out-folder.ts'

export interface MatrixCommandOptions {
  system: string
  rows?: string[]
  columns?: string[]
  seed: number
  rate: number
  jobs: number
  out: string
  expect?: string
  declare?: boolean
  json?: boolean
}

/** Runs the chosen cells and writes the matrix. Ends `missed` where a cell is other than declared. */
export async function matrix(options: MatrixCommandOptions, signal: AbortSignal): Promise<ExitName> {
  const system = await loadSystem(options.system)
  const file = findFile('system', options.system)
  const dependencies = dependenciesOf(system)
  const { cells, impossible } = cellsOf(dependencies)
  const chosen = choose(cells, dependencies, options)
  const expectedFile = resolve(options.expect ?? expectedFileOf(file))
  const expected = readExpected(expectedFile, dependencies, { required: options.expect !== undefined && !options.declare })
  await checkOutFolder(options.out)
  const folder = join(resolve(options.out), `matrix-${system.name}`)
  await mkdir(folder, { recursive: true })

  const record: MatrixRecord = {
    ...blankRecord(system, dependencies),
    cells: earlierCells(folder, system),
    impossible,
    expected: expected ?? {},
    expectedFile: expected === undefined ? null : relative(process.cwd(), expectedFile),
  }
  let done = 0
  let written = Promise.resolve()
  await runCells(chosen, {
    systemModule: systemModuleOf(options.system),
    systemName: system.name,
    seed: options.seed, rate: options.rate, jobs: options.jobs, folder, signal,
    async onCell({ dependency, mode }, result) {
      (record.cells[dependency.name] ??= {})[mode.name] = result
      // After every cell: what was found stays found, whatever ends the rest. One write after another, since two cells may end together.
      written = written.then(() => writeMatrix(folder, record, Date.now()))
      await written
      const state = stateOf(record, dependency.name, mode.name)
      process.stderr.write(`  ${String(++done).padStart(String(chosen.length).length)}/${chosen.length}  ${dependency.name} ${mode.name}: ${result.outcome}${state === 'differs' ? `, declared ${record.expected[dependency.name][mode.name]}` : ''}${result.tries > 1 ? ` (try ${result.tries})` : ''}\n`)
    },
  })
  await writeMatrix(folder, record, Date.now())
  if (signal.aborted) throw signal.reason
  if (options.declare) await writeFile(expectedFile, declaration(record))
  tell(record, folder, options, expectedFile)
  return endOf(record, chosen)
}

function choose(cells: readonly Cell[], dependencies: readonly Dependency[], { rows, columns }: MatrixCommandOptions): Cell[] {
  const known = { rows: dependencies.flatMap(({ name, roles }) => [name, ...roles]), columns: modes.map(({ name }) => name) }
  const problems = [
    ...(rows ?? []).filter(row => !known.rows.includes(row)).map(row => `--rows ${unknownKey(row, [...new Set(known.rows)])}`),
    ...(columns ?? []).filter(column => !known.columns.includes(column)).map(column => `--columns ${unknownKey(column, known.columns)}`),
  ]
  if (problems.length > 0) throw new FloodmarkError('usage', 'no such cells', { evidence: problems })
  const chosen = cells.filter(({ dependency, mode }) => (rows?.some(row => row === dependency.name || dependency.roles.includes(row)) ?? true) && (columns?.includes(mode.name) ?? true))
  if (chosen.length === 0) throw new FloodmarkError('usage', 'no cell is left to run', { hint: 'of what was chosen no failure says anything of any dependency: choose more with --rows and --columns' })
  return chosen
}

function blankRecord(system: System, dependencies: readonly Dependency[]): MatrixRecord {
  const { version, commit } = describeFloodmark()
  const { cpus, cpuModel } = describeMachine('local', {})
  return {
    schemaVersion: matrixSchemaVersion,
    system: { name: system.name, configHash: hashSystem(system) },
    floodmark: { version, commit },
    machine: `${cpus} × ${cpuModel}`,
    dependencies: dependencies.map(({ name, roles }) => ({ name, roles })),
    modes: modes.map(({ name, summary }) => ({ name, summary })),
    cells: {}, impossible: {}, expected: {}, expectedFile: null,
  }
}

/** What earlier calls found, of this very system: a changed one has a matrix of its own to fill. */
function earlierCells(folder: string, system: System): MatrixRecord['cells'] {
  const file = join(folder, 'matrix.json')
  if (!existsSync(file)) return {}
  const read = matrixRecord.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  return read.success && read.data.system.configHash === hashSystem(system) ? read.data.cells : {}
}

function tell(record: MatrixRecord, folder: string, { json, declare }: MatrixCommandOptions, expectedFile: string): void {
  if (json) return void process.stdout.write(`${JSON.stringify(record)}\n`)
  const lines = [`${record.system.name}: ${stateLine(record)}`, ...differences(record).map(line => `  ✗ ${line}`), `  report    ${relative(process.cwd(), join(folder, 'matrix.html'))}`]
  if (declare) lines.push(`  declared  ${relative(process.cwd(), expectedFile)}: edit it to what should be true`)
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** Of the cells of this call alone: an old difference has been told before. */
function endOf(record: MatrixRecord, chosen: readonly Cell[]): ExitName {
  return worstOf(chosen.map(({ dependency, mode }): ExitName => {
    const state = stateOf(record, dependency.name, mode.name)
    if (state === 'differs') return 'missed'
    return state === 'no verdict' ? (record.cells[dependency.name][mode.name].outcome === 'invalid' ? 'invalid' : 'unknown') : 'pass'
  }))
}
