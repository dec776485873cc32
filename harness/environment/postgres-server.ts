import { randomBytes } from 'node:crypto'
import { chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { causeOf, FloodmarkError } from '../errors.ts'
import type { Component } from '../scenario/system.ts'
import type { ProcessLaunch } from './launch.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'
import { postgresProbe, queryPostgres } from './probes.ts'
import { runCommand } from './run-command.ts'
import { postgresData, removeSharedMemory } from './shared-memory.ts'

const initialiseLimitMs = 60_000
const schemaLimitMs = 30_000

/** The one user of a run's databases, who may do anything there. */
export const postgresUser = 'floodmark'
/** The built-in locale sorts alike on every machine. Nothing is lost by skipping the sync: the data is not older than the run. */
export const initdbArguments = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-sync', '--no-instructions']

/** A PostgreSQL server on loopback with a password of its own, its data in `folder`; `schemaFile` is applied when it first answers. */
export function postgresLaunch(
  name: string,
  { settings }: Extract<Component, { kind: 'postgres' }>,
  { binaries, folder, port, schemaFile }: { binaries: PostgresBinaries; folder: string; port: number; schemaFile: string | undefined },
): ProcessLaunch & { urlAt(address: string): string } {
  const password = randomBytes(16).toString('hex')
  const data = postgresData(folder)
  const urlAt = (address: string): string => postgresUrl(address, password)
  const url = urlAt(`127.0.0.1:${port}`)
  // Its messages in English whatever the machine speaks; nothing else of our environment concerns it.
  const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' }
  // Where it listens is not the system's to say, so these come last.
  const configuration = { ...settings, listen_addresses: '127.0.0.1', port: String(port), unix_socket_directories: '' }
  let initialised = false

  async function initialiseData(signal: AbortSignal): Promise<void> {
    const { user, initdb } = binaries
    const passwordFile = join(folder, 'password')
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFile(passwordFile, password, { mode: 0o600 })
    if (user) for (const path of [folder, passwordFile]) await chown(path, user.uid, user.gid)
    await runCommand(initdb, [`--pgdata=${data}`, `--username=${postgresUser}`, `--pwfile=${passwordFile}`, ...initdbArguments], { ...user, cwd: folder, env, limitMs: initialiseLimitMs, signal })
    await rm(passwordFile)
  }

  return {
    name,
    urlAt,
    command: binaries.postgres,
    args: ['-D', data, ...Object.entries(configuration).flatMap(([key, value]) => ['-c', `${key}=${value}`])],
    cwd: folder,
    env,
    ...binaries.user,
    // Fast shutdown: ends sessions instead of waiting for them.
    stopSignal: 'SIGINT',
    async prepare(signal) {
      if (!initialised) await initialiseData(signal)
      initialised = true
    },
    probe: postgresProbe(url),
    initialise: async () => await applySchema(name, url, schemaFile),
    clear: () => removeSharedMemory(data),
  }
}

/** The URL of the one database at `host:port`. */
export function postgresUrl(address: string, password: string): string {
  return `postgres://${postgresUser}:${password}@${address}/postgres`
}

/** Runs a component's schema where it has one. Throws `usage` with the server's words where that cannot be done. */
export async function applySchema(name: string, url: string, schemaFile: string | undefined): Promise<void> {
  if (!schemaFile) return
  try {
    await queryPostgres(url, await readFile(schemaFile, 'utf8'), schemaLimitMs)
  } catch (error) {
    throw new FloodmarkError('usage', `${name}: the schema ${schemaFile} could not be applied: ${causeOf(error)}`, { cause: error })
  }
}
