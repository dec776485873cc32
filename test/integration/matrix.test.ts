// The matrix through the real command: what differs from what is declared is exit 2, and a cell once run is kept.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { matrixRecord } from '../../reports/matrix/record.ts'

const command = join(import.meta.dirname, '../../bin/floodmark.js')
const system = join(import.meta.dirname, '../fixtures/command/bare.ts')
let folder: string
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'floodmark-matrix-')) })
afterEach(() => rmSync(folder, { recursive: true }))

function matrix(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise(resolve => execFile(process.execPath, [command, 'matrix', '--system', system, '--out', folder, ...args], (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })))
}

test('a cell that is other than declared is exit 2, and both stand in the matrix', { timeout: 120_000 }, async () => {
  const expected = join(folder, 'expected.json')
  // While the relay is dead its webhooks are refused or unanswered, so nothing can be unharmed.
  writeFileSync(expected, JSON.stringify({ relay: { kill: 'unharmed' } }))
  const found = await matrix('--rows', 'intake', '--columns', 'kill', '--expect', expected, '--json')
  expect(found, found.stderr).toMatchObject({ code: 2 })
  const record = matrixRecord.parse(JSON.parse(found.stdout))
  const { kill } = record.cells.relay
  expect(['retried', 'duplicated', 'lost']).toContain(kill.outcome)
  expect(kill.accepted).toBeGreaterThan(0)
  expect(found.stderr).toContain(`relay kill: ${kill.outcome}, declared unharmed`)
  const made = join(folder, 'matrix-bare')
  expect(JSON.parse(readFileSync(join(made, kill.folder, 'run.json'), 'utf8')).runId).toBe(kill.runId)
  expect(readFileSync(join(made, 'matrix.html'), 'utf8')).toContain(`${kill.folder}/report.html`)

  // Declared as found, and another cell: the first is kept with its age, the second is new.
  writeFileSync(expected, JSON.stringify({ relay: { kill: kill.outcome } }))
  const more = await matrix('--rows', 'crm', '--columns', 'slow', '--expect', expected, '--json')
  expect(more, more.stderr).toMatchObject({ code: 0 })
  const { cells } = matrixRecord.parse(JSON.parse(more.stdout))
  expect(cells.relay.kill).toEqual(kill)
  expect(Object.keys(cells.crm)).toEqual(['slow'])
})

test('rows and columns that are not there are all told, and nothing is run', async () => {
  const refused = await matrix('--rows', 'relays,crm', '--columns', 'kil')
  expect(refused).toMatchObject({ code: 64, stdout: '' })
  expect(refused.stderr).toMatch(/--rows relays: unknown, did you mean relay\?.*\n.*--columns kil: unknown, did you mean kill\?/)
})
