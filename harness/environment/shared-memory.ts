// After a PostgreSQL server has been killed: what it leaves outside its data folder. The watchdog uses this too, so it imports nothing of the run.
import { execFile } from 'node:child_process'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A server that was killed leaves a few bytes of System V shared memory, named in its pid file; nothing else would ever remove them. */
export async function removeSharedMemory(data: string): Promise<void> {
  try {
    const line = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')[6]
    const id = line.trim().split(/\s+/)[1]
    await promisify(execFile)('ipcrm', ['-m', id], { timeout: 2_000 })
  } catch {
    // It ended by itself and has removed both, it is no PostgreSQL, or the machine has no ipcrm: harmless until it is restarted.
  }
}

/** The same for every server that keeps its data in a run's data folder. */
export async function removeAllSharedMemory(dataFolder: string): Promise<void> {
  const servers = await readdir(dataFolder).catch(() => [])
  await Promise.all(servers.map(name => removeSharedMemory(postgresData(join(dataFolder, name)))))
}

/** Where a PostgreSQL server keeps its data inside the folder that it was given. */
export function postgresData(folder: string): string {
  return join(folder, 'data')
}
