// The matrix's runs: each cell a scenario file and a run of its own, in a seeded order, a few at a time.
import { mkdir, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { runInChild } from '../child-run.ts'
import { draw, purposes } from '../plan/draw.ts'
import type { FaultRequest } from '../faults/fault.ts'
import type { MatrixCell } from '../../reports/matrix/record.ts'
import { scenarioSource } from '../scenario/source.ts'
import type { Dependency } from './dependency.ts'
import { cellDuration, modes, type Mode } from './modes.ts'
import { outcomeOf, saysSomething, whyOf } from './outcome.ts'

export interface Cell {
  dependency: Dependency
  mode: Mode
  faults: FaultRequest[]
}

export interface CellsOptions {
  /** What the scenario files import their system from. */
  systemModule: string
  systemName: string
  seed: number
  rate: number
  /** The matrix's own folder: scenario files under cells/, records under runs/. */
  folder: string
  /** Runs at a time. */
  jobs: number
  signal: AbortSignal
  /** Told of each cell as it ends. */
  onCell: (cell: Cell, result: MatrixCell) => Promise<void>
}

/** The cells of a system that the modes say something of, and those that they do not. */
export function cellsOf(dependencies: readonly Dependency[]): { cells: Cell[]; impossible: Record<string, string[]> } {
  const cells: Cell[] = []
  const impossible: Record<string, string[]> = {}
  for (const dependency of dependencies) {
    for (const mode of modes) {
      const faults = mode.faults(dependency)
      if (faults === undefined) (impossible[dependency.name] ??= []).push(mode.name)
      else cells.push({ dependency, mode, faults })
    }
  }
  return { cells, impossible }
}

/** Runs the cells in an order drawn from the seed, so that what one leaves behind on the machine is not always the next one's. */
export async function runCells(cells: readonly Cell[], options: CellsOptions): Promise<void> {
  const place = new Map(cells.map((cell, index) => [cell, draw(options.seed, purposes.matrixOrder, index)]))
  const waiting = cells.toSorted((a, b) => place.get(a)! - place.get(b)!)
  await mkdir(join(options.folder, 'cells'), { recursive: true })
  await Promise.all(Array.from({ length: options.jobs }, async () => {
    for (let cell = waiting.shift(); cell !== undefined && !options.signal.aborted; cell = waiting.shift()) {
      const result = await runCell(cell, options)
      if (result !== undefined) await options.onCell(cell, result)
    }
  }))
}

async function runCell(cell: Cell, options: CellsOptions): Promise<MatrixCell | undefined> {
  const { folder, seed, signal } = options
  const file = join(folder, 'cells', `${fileName(cell)}.ts`)
  await writeFile(file, sourceOf(cell, options))
  const { record, lastLines, tries } = await runInChild(file, { seed, out: join(folder, 'runs'), signal, saysSomething })
  if (signal.aborted) return undefined
  const none = { planned: 0, sent: 0, attempts: 0, acked: 0, delivered: 0, lost: 0, missed: 0, duplicated: 0 }
  const { planned, sent, attempts, acked, delivered, lost, missed, duplicated } = record?.counts ?? none
  return {
    outcome: record === undefined ? 'invalid' : outcomeOf(record),
    planned, accepted: acked, delivered, lost, missed, duplicated, tries,
    retried: attempts - sent,
    delayMaxMs: record?.latencyMs.delivery.max ?? 0,
    runId: record?.runId ?? '',
    folder: record === undefined ? '' : relative(folder, join(folder, 'runs', record.runId)),
    ranAt: record?.startedAt ?? new Date().toISOString(),
    why: record === undefined ? `no record: ${lastLines.at(-1) ?? 'the command said nothing'}` : whyOf(record),
  }
}

function sourceOf({ dependency, mode, faults }: Cell, { systemModule, systemName, rate }: CellsOptions): string {
  return scenarioSource({
    name: fileName({ dependency, mode }).slice(0, 60),
    hypothesis: `While ${dependency.name} fails (${mode.name}: ${mode.summary}), ${systemName} loses no order.`,
    systemModule, rate, faults, duration: cellDuration,
  })
}

function fileName({ dependency, mode }: Pick<Cell, 'dependency' | 'mode'>): string {
  return `${dependency.name}-${mode.name}`.toLowerCase().replaceAll(/[^a-z0-9-]+/g, '-')
}
