// `floodmark doctor`: the table of what a run needs, with the cause and the cure of each row that would stop it.
import { diagnose, type Diagnosis } from '../environment/doctor.ts'
import type { ExitName } from '../exit-codes.ts'

const marks = { ok: '✓', 'will be built': '…', missing: '✗', broken: '✗', 'not needed': '-' } as const satisfies Record<Diagnosis['status'], string>

/** Prints the table; exit 69 where a row would stop a run. */
export async function doctor({ json = false }: { json?: boolean }): Promise<ExitName> {
  const rows = await diagnose()
  const ready = rows.every(({ status }) => status !== 'missing' && status !== 'broken')
  process.stdout.write(json ? `${JSON.stringify({ ready, rows })}\n` : renderTable(rows, ready))
  return ready ? 'pass' : 'unavailable'
}

function renderTable(rows: readonly Diagnosis[], ready: boolean): string {
  const width = Math.max(...rows.map(row => row.part.length)) + 2
  const lines = rows.flatMap(({ part, status, found, cause, cure }) => [
    `${marks[status]} ${part.padEnd(width)}${status === 'ok' ? found : [status, found].filter(text => text !== '').join(': ')}`,
    ...(cause === undefined ? [] : [`  ${' '.repeat(width)}cause  ${cause}`]),
    ...(cure === undefined ? [] : cure.split('\n').map((line, index) => `  ${' '.repeat(width)}${index === 0 ? 'cure   ' : '       '}${line}`)),
  ])
  return `${lines.join('\n')}\n\n${ready ? 'A run can start here.' : 'A run cannot start here: mend the rows marked ✗.'}\n`
}
