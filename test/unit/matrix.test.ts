import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cellsOf } from '../../harness/matrix/cells.ts'
import { dependenciesOf } from '../../harness/matrix/dependency.ts'
import { declaration, expectedFileOf, readExpected } from '../../harness/matrix/expected.ts'
import { modes } from '../../harness/matrix/modes.ts'
import { outcomeOf } from '../../harness/matrix/outcome.ts'
import { loadScenario, loadSystem } from '../../harness/scenario/load.ts'
import { prepare } from '../../harness/scenario/prepare.ts'
import { scenarioSource } from '../../harness/scenario/source.ts'
import { renderMatrixHtml } from '../../reports/matrix/html.ts'
import { renderMatrixMarkdown } from '../../reports/matrix/markdown.ts'
import { matrixRecord, stateOf, type MatrixCell, type MatrixRecord } from '../../reports/matrix/record.ts'
import { stateLine } from '../../reports/matrix/words.ts'
import { passedRecord } from '../fixtures/record.ts'

let folder: string
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'floodmark-matrix-')) })
afterEach(() => rmSync(folder, { recursive: true }))

const reference = await loadSystem('reference')
const dependencies = dependenciesOf(reference)

test('rows are what a system stands on, with the links that lead there', () => {
  expect(dependencies.map(({ name }) => name)).toEqual(['queue', 'ledger', 'ingest', 'worker', 'reconciler', 'analytics'])
  const queue = dependencies.find(({ name }) => name === 'queue')!
  expect(queue).toMatchObject({ roles: ['buffer'], kind: 'component', links: ['ingest->queue', 'worker->queue', 'reconciler->queue'] })
  expect(dependencies.find(({ name }) => name === 'analytics')).toMatchObject({ kind: 'destination', roles: ['destination'] })
})

test('every mode is a cell of each dependency that it says something of, and of no other', () => {
  const { cells, impossible } = cellsOf(dependencies)
  expect(cells.length + Object.values(impossible).flat().length).toBe(dependencies.length * modes.length)
  expect(impossible.analytics).toEqual(['kill', 'pause'])
  expect(impossible.worker).not.toContain('kill')
  expect(cells.find(({ dependency, mode }) => dependency.name === 'ledger' && mode.name === 'cut')!.faults.map(({ target }) => target)).toEqual(['worker->ledger', 'reconciler->ledger'])
})

test('the scenario of every cell is a file that loads, and has no problem', async () => {
  for (const { dependency, mode, faults } of cellsOf(dependencies).cells) {
    const file = join(folder, `${dependency.name}-${mode.name}.ts`)
    writeFileSync(file, scenarioSource({ name: 'cell', hypothesis: "it's fine", systemModule: 'floodmark/reference', rate: 100, duration: '9s', faults }))
    const prepared = prepare(await loadScenario(file))
    expect(prepared.faults.map(fault => [fault.kind, fault.target, fault.atMs, fault.forMs])).toEqual(faults.map(({ kind, target }) => [kind, target, 2_000, 4_000]))
    expect(prepared.scenario.hypothesis).toBe("it's fine")
  }
})

test('the outcome is the worst that happened to any order', () => {
  const { counts, latencyMs } = passedRecord()
  const calm = { ...counts, attempts: counts.sent, duplicated: 0, lost: 0, missed: 0, mutated: 0, phantom: 0, pending: 0 }
  const delivered = (max: number) => ({ ...latencyMs, delivery: { ...latencyMs.delivery, max } })
  const of = (more: Partial<typeof counts>, maxMs = 100, verdict: 'pass' | 'broken' | 'invalid' | 'unknown' = 'pass') => outcomeOf({ verdict, counts: { ...calm, ...more }, latencyMs: delivered(maxMs) })
  expect(of({})).toBe('unharmed')
  expect(of({}, 2_000)).toBe('unharmed')
  expect(of({}, 2_001)).toBe('delayed')
  expect(of({ attempts: calm.sent + 1 }, 5_000)).toBe('retried')
  expect(of({ duplicated: 1, attempts: calm.sent + 1 }, 5_000, 'broken')).toBe('duplicated')
  expect(of({ missed: 1, duplicated: 1 })).toBe('missed')
  expect(of({ lost: 1, missed: 1, duplicated: 1 }, 5_000, 'broken')).toBe('lost')
  expect(of({ lost: 1 }, 100, 'invalid')).toBe('invalid')
  expect(of({}, 100, 'unknown')).toBe('unknown')
  expect(of({ pending: 1 })).toBe('unknown')
})

test('what is declared stands in a file of its own; all of its mistakes are told at once', () => {
  const file = join(folder, 'x.matrix.json')
  expect(expectedFileOf('/a/b/my-pipeline.ts')).toBe('/a/b/my-pipeline.matrix.json')
  expect(readExpected(file, dependencies, { required: false })).toBeUndefined()
  expect(() => readExpected(file, dependencies, { required: true })).toThrow(/no file/)
  writeFileSync(file, JSON.stringify({ queue: { kill: 'retried', kil: 'lost', cut: 'fine' }, leger: { kill: 'delayed' } }))
  expect(() => readExpected(file, dependencies, { required: false })).toThrow(expect.objectContaining({
    exit: 'usage',
    evidence: [expect.stringMatching(/^queue\.kil: unknown, did you mean kill\?/), expect.stringMatching(/^queue\.cut: found "fine", must be one of unharmed, /), expect.stringMatching(/^leger: unknown, did you mean ledger\?/)],
  }))
  writeFileSync(file, declaration(madeMatrix()))
  expect(readExpected(file, dependencies, { required: true })).toEqual({ queue: { kill: 'retried', cut: 'lost' } })
})

const now = Date.parse('2026-11-27T12:00:00Z')

function cellOf(outcome: MatrixCell['outcome'], more: Partial<MatrixCell> = {}): MatrixCell {
  return { outcome, planned: 900, accepted: 900, delivered: 900, lost: 0, missed: 0, duplicated: 0, retried: 12, delayMaxMs: 4_612, runId: 'run-1', folder: 'runs/run-1', ranAt: '2026-11-27T10:00:00Z', tries: 1, why: '', ...more }
}

function madeMatrix(): MatrixRecord {
  const { impossible } = cellsOf(dependencies)
  return matrixRecord.parse({
    schemaVersion: 1, system: { name: 'reference', configHash: 'x' }, floodmark: { version: '0.1.0', commit: null }, machine: '2 × EPYC',
    dependencies: dependencies.map(({ name, roles }) => ({ name, roles })), modes: modes.map(({ name, summary }) => ({ name, summary })), impossible,
    cells: { queue: { kill: cellOf('retried'), cut: cellOf('lost', { lost: 3 }), slow: cellOf('invalid', { why: 'generatorKeptUp: <late>' }) } },
    expected: { queue: { kill: 'retried', cut: 'retried' } }, expectedFile: 'system/reference.matrix.json',
  })
}

test('a cell that was never run is empty, not green; one without a verdict is neither', () => {
  const record = madeMatrix()
  const states = (['kill', 'cut', 'slow', 'reset'] as const).map(mode => stateOf(record, 'queue', mode))
  expect(states).toEqual(['as declared', 'differs', 'no verdict', 'never run'])
  expect(stateOf(record, 'analytics', 'kill')).toBe('impossible')
  delete record.expected.queue.kill
  expect(stateOf(record, 'queue', 'kill')).toBe('undeclared')
  expect(stateLine(madeMatrix())).toMatch(/^1 as declared, 1 differs, 1 without a verdict, \d+ never run$/)
})

test('the reports say what users saw, what differs, and how old it is', () => {
  const markdown = renderMatrixMarkdown(madeMatrix(), now)
  expect(markdown).toContain('| queue (buffer) | ✓ retried |  | ✗ lost |')
  expect(markdown).toContain('- queue cut: declared retried, found lost (all 900 accepted, 12 more attempts, delayed by up to 4.61 s, 3 lost)')
  expect(markdown).toContain('[run-1](runs/run-1/report.html) | 2 h ago |')
  const page = renderMatrixHtml(madeMatrix(), now)
  expect(page).toContain('<td data-tone="bad"><a href="runs/run-1/report.html"')
  expect(page).toContain('declared retried')
  expect(page).toContain('<td data-tone="none"></td>')
  expect(page).not.toContain('<late>')
  expect(readFileSync(new URL('../../reports/matrix/matrix.css', import.meta.url), 'utf8')).toContain('.matrix')
})
