import { setImmediate } from 'node:timers/promises'
import { constants, zstdCompressSync } from 'node:zlib'
import { fileWriter, ParquetWriter, type ColumnSource, type SchemaElement } from 'hyparquet-writer'
import { msOf } from './history.ts'

/** Rows that are held in memory at a time: one row group. */
export const rowsPerGroup = 100_000

/** `label` is text of few distinct values, which goes into a dictionary. Null is possible where the repetition is OPTIONAL. */
const kinds = {
  integer: { type: 'INT32', repetition_type: 'REQUIRED', encoding: 'PLAIN' },
  'optional integer': { type: 'INT32', repetition_type: 'OPTIONAL', encoding: 'PLAIN' },
  ms: { type: 'DOUBLE', repetition_type: 'REQUIRED', encoding: 'PLAIN' },
  'optional ms': { type: 'DOUBLE', repetition_type: 'OPTIONAL', encoding: 'PLAIN' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED', encoding: 'PLAIN' },
  label: { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL', encoding: 'RLE_DICTIONARY' },
  truth: { type: 'BOOLEAN', repetition_type: 'REQUIRED', encoding: undefined },
} as const

/** A column as the Parquet file has it and where its values are: `value` is asked for each row of a group, one column after another. */
export type Column = { name: string } & (
  | { kind: 'integer'; value: (row: number) => number }
  | { kind: 'optional integer'; value: (row: number) => number | null }
  /** Ticks since another one; straight from an array, since a float through a function is an object each. Optional: tick 0 is null. */
  | { kind: 'ms' | 'optional ms'; ticks: Uint32Array; since: number }
  | { kind: 'text'; value: (row: number) => string }
  | { kind: 'label'; value: (row: number) => string | null }
  | { kind: 'truth'; value: (row: number) => boolean }
)

/** The fastest level: a history is written while someone waits for the verdict. */
const fastZstd = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** A Parquet file that is written row group by row group; errors of the disk are thrown as they come. */
export class ParquetFile {
  private readonly columns: readonly Column[]
  private readonly writer: ParquetWriter

  constructor(file: string, columns: readonly Column[]) {
    this.columns = columns
    const elements = columns.map(({ name, kind }): SchemaElement => {
      const { encoding: _encoding, ...element } = kinds[kind]
      return { name, ...element }
    })
    this.writer = new ParquetWriter({
      writer: fileWriter(file),
      schema: [{ name: 'root', num_children: columns.length }, ...elements],
      codec: 'ZSTD',
      compressors: { ZSTD: bytes => zstdCompressSync(bytes, fastZstd) },
      statistics: false,
      createdBy: 'floodmark',
    })
  }

  /** Writes rows [from, to), and lets others of this thread have a turn after each row group. */
  async write(from: number, to: number): Promise<void> {
    for (let start = from; start < to; start += rowsPerGroup) {
      const end = Math.min(start + rowsPerGroup, to)
      const columnData = this.columns.map((column): ColumnSource => ({ name: column.name, encoding: kinds[column.kind].encoding, data: readColumn(column, start, end) }))
      // Page size 0: one page a column and row group.
      await this.writer.write({ columnData, rowGroupSize: end - start, pageSize: 0 })
      await setImmediate()
    }
  }

  async finish(): Promise<void> {
    await this.writer.finish()
  }
}

function readColumn(column: Column, start: number, end: number): ColumnSource['data'] {
  if ('ticks' in column) return readMs(column, start, end)
  if (column.kind === 'integer') {
    const data = new Int32Array(end - start)
    for (let row = start; row < end; row++) data[row - start] = column.value(row)
    return data
  }
  const data: unknown[] = []
  for (let row = start; row < end; row++) data.push(column.value(row))
  return data
}

/** A typed array where every row has a time, which is the common case and the cheap one. */
function readMs({ kind, ticks, since }: Extract<Column, { ticks: Uint32Array }>, start: number, end: number): ColumnSource['data'] {
  const optional = kind === 'optional ms'
  const data = new Float64Array(end - start)
  for (let row = start; row < end; row++) {
    if (optional && ticks[row] === 0) return Array.from(ticks.subarray(start, end), tick => (tick === 0 ? null : msOf(tick - since)))
    data[row - start] = msOf(ticks[row] - since)
  }
  return data
}
