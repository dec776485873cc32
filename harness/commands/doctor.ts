// `floodmark doctor`: the table of what a run needs, with the cause and the cure of each row that would stop it.
import type { Diagnosis } from '../environment/diagnosis.ts'
import { diagnose } from '../environment/doctor.ts'
import type { Environment } from '../environment/environment.ts'
import type { ExitName } from '../exit-codes.ts'

const marks = { ok: '✓', 'will be built': '…', 'will be pulled': '…', missing: '✗', broken: '✗', 'not needed': '-' } as const satisfies Record<Diagnosis['status'], string>

/** Prints the table; exit 69 where a row would stop a run. */
export async function doctor({ json = false, env = 'local' }: { json?: boolean; env?: Environment['kind'] }): Promise<ExitName> {
  const rows = await diagnose(env)
  const ready = rows.every(({ status }) => status !== 'missing' && status !== 'broken')
  process.stdout.write(json ? `${JSON.stringify({ ready, rows })}\n` : renderTable(rows, ready))
  return ready ? 'pass' : 'unavailable'
}

function renderTable(rows: readonly Diagnosis[], ready: boolean): string {
  const width = Math.max(...rows.map(row => row.part.length)) + 2
  const lines = rows.flatMap(({ part, status, found, cause, cure }) => [
    `${marks[status]} ${part.padEnd(width)}${status === 'ok' ? found : [status, found].filter(text => text !== '').join(': ')}`,
    ...renderLines('cause', cause, width),
    ...renderLines('cure', cure, width),
  ])
  return `${lines.join('\n')}\n\n${ready ? 'A run can start here.' : 'A run cannot start here: mend the rows marked ✗.'}\n`
}

function renderLines(name: string, text: string | undefined, width: number): string[] {
  return (text?.split('\n') ?? []).map((line, index) => `  ${' '.repeat(width)}${(index === 0 ? name : '').padEnd(7)}${line}`)
}
