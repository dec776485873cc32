import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { causeOf, FloodmarkError } from '../errors.ts'

/** Where a run leaves everything: `run.json`, series, history, logs, journal. */
export interface RunFolder {
  runId: string
  path: string
  logs: string
  attemptsFile: string
}

/** Makes the run's folder, named so that runs sort by time: `20261127-170000-123-queue-outage`. */
export async function openRunFolder(out: string, scenario: string): Promise<RunFolder> {
  const runId = `${new Date().toISOString().replace(/[-:]/g, '').replace('T', '-').replace('.', '-').slice(0, 19)}-${scenario}`
  const path = join(resolve(out), runId)
  const logs = join(path, 'logs')
  try {
    await mkdir(logs, { recursive: true })
  } catch (error) {
    throw new FloodmarkError('unavailable', `cannot write to ${resolve(out)}: ${causeOf(error)}`, { hint: 'name a folder that can be written with --out', cause: error })
  }
  return { runId, path, logs, attemptsFile: join(path, 'attempts.bin') }
}
