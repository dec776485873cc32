/** Puts reports on disk. A report appears whole or not at all: a CI that collects files while a run ends never gets half of one. */
import { rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { renderHtml } from './html.ts'
import { renderJUnit } from './junit.ts'
import type { RunRecord, SeriesRecord } from './record.ts'

/** Writes the page of one run into its folder and returns the file's path. */
export async function writeReports(folder: string, record: RunRecord, series: SeriesRecord): Promise<string> {
  const path = join(folder, record.files.report)
  await writeWhole(path, renderHtml(record, series))
  return path
}

/** Writes one JUnit file for all runs of a command. */
export async function writeJUnit(path: string, records: readonly RunRecord[]): Promise<void> {
  await writeWhole(resolve(path), renderJUnit(records))
}

async function writeWhole(path: string, text: string): Promise<void> {
  // Beside the target, since a rename is atomic only within one file system.
  const draft = `${path}.${process.pid}.draft`
  try {
    await writeFile(draft, text)
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}
