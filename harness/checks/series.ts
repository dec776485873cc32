import type { SeriesRecord } from '../../reports/record.ts'

/** The one-second series as the checks read it: the record's own shape. */
export type Series = SeriesRecord
