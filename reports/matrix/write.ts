/** The matrix's files on disk, beside each other: the record first, since the reports can be made from it again. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { renderMatrixHtml } from './html.ts'
import { renderMatrixMarkdown } from './markdown.ts'
import type { MatrixRecord } from './record.ts'

/** Writes matrix.json, matrix.md and matrix.html into the folder. Ages are told as of `now`, ms since 1970. */
export async function writeMatrix(folder: string, record: MatrixRecord, now: number): Promise<void> {
  await writeFile(join(folder, 'matrix.json'), `${JSON.stringify(record, null, 1)}\n`)
  await writeFile(join(folder, 'matrix.md'), renderMatrixMarkdown(record, now))
  await writeFile(join(folder, 'matrix.html'), renderMatrixHtml(record, now))
}
