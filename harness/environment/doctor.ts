// `floodmark doctor`: what a run would find on this machine, cause and cure per row. Looks only, builds nothing, and takes about a second.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, statfs } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { causeOf, FloodmarkError } from '../errors.ts'
import { cureFor, describeRejected } from './build-tool.ts'
import { diagnoseContainers } from './containers/doctor.ts'
import type { Diagnosis } from './diagnosis.ts'
import type { Environment } from './environment.ts'
import { findPostgres } from './postgres-binaries.ts'
import { compareVersions, lookUpTool, pinnedGo, pinnedVersion, tools, type ToolKind, type ToolName } from './tool.ts'

const oldestNode = '22.22.0'
const goLimitMs = 2_000
const wantedOpenFiles = 4_096
const wantedFreeBytes = 2 * 1024 ** 3
const wantedCores = 2

/** Every row of the table, in the order in which a run needs them. A run in this environment can go on where no row is missing or broken. */
export async function diagnose(environment: Environment['kind'] = 'local'): Promise<Diagnosis[]> {
  const go = await goVersion()
  const local = await Promise.all([diagnoseGo(go), ...(Object.keys(tools) as ToolName[]).map(name => diagnoseTool(name, go)), diagnosePostgres()])
  const rows = await Promise.all([
    diagnoseNode(),
    ...local.map((row): Diagnosis => ({ ...row, only: 'local' })),
    diagnoseTemporaryFolder(),
    diagnoseOpenFiles(),
    diagnoseCores(),
    diagnoseUser(),
    ...await diagnoseContainers({ askRegistries: environment === 'containers' }),
  ])
  return rows.map(row => forEnvironment(row, environment))
}

/** What the other environment lacks stops nobody here. */
function forEnvironment(row: Diagnosis, environment: Environment['kind']): Diagnosis {
  const stops = row.status === 'missing' || row.status === 'broken'
  return stops && row.only !== undefined && row.only !== environment ? { ...row, status: 'not needed', found: `${row.found} (only for --env ${row.only})` } : row
}

function diagnoseNode(): Diagnosis {
  const found = process.versions.node
  if (compareVersions(found, oldestNode) >= 0) return { part: 'node', status: 'ok', found }
  return { part: 'node', status: 'broken', found, cause: `Node ${oldestNode} or later is needed`, cure: 'npm install --save-dev node@24, and run floodmark with npx' }
}

async function goVersion(): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('go', ['version'], { timeout: goLimitMs })
    return /go(\d+\.\d+(\.\d+)?)/.exec(stdout)?.[1]
  } catch {
    return undefined
  }
}

/** Go is only a means: without it the row is no obstacle where every tool is there already. */
function diagnoseGo(found: string | undefined): Diagnosis {
  return { part: 'go', status: 'ok', found: found ?? 'none (needed only to build the tools below)' }
}

async function diagnoseTool(name: ToolName, go: string | undefined): Promise<Diagnosis> {
  const { tool, rejected } = await lookUpTool(name)
  const cause = rejected.map(describeRejected).join('\n') || undefined
  if (tool) return { part: name, status: 'ok', found: `${tool.version} (${tool.path})`, cause }
  const { setting, onlyFor }: ToolKind = tools[name]
  const only = onlyFor === undefined ? '' : ` (only for ${onlyFor})`
  if (rejected.some(({ source }) => source === 'setting')) return { part: name, status: only ? 'not needed' : 'broken', found: `${process.env[setting]!}${only}`, cause, cure: `unset ${setting}, or set it to a ${name} that runs` }
  if (go) {
    const toolchain = compareVersions(go, pinnedGo()) >= 0 ? `Go ${go}` : `Go ${pinnedGo()}, which Go ${go} has to fetch first`
    return { part: name, status: 'will be built', found: `${pinnedVersion(name)}, with ${toolchain}, once, when a run needs it${only}`, cause }
  }
  return { part: name, status: only ? 'not needed' : 'missing', found: `none${only}`, cause: cause ?? 'not on PATH, not in the cache, and no Go to build it with', cure: cureFor(name) }
}

async function diagnosePostgres(): Promise<Diagnosis> {
  try {
    const { version, postgres, user } = await findPostgres()
    return { part: 'postgres', status: 'ok', found: `${version} (${postgres})${user ? `, run as uid ${user.uid}` : ''}` }
  } catch (error) {
    const { hint, evidence } = error instanceof FloodmarkError ? error : { hint: undefined, evidence: [] }
    return { part: 'postgres', status: evidence.length > 0 ? 'broken' : 'missing', found: 'none', cause: [causeOf(error), ...evidence].join('\n'), cure: hint }
  }
}

async function diagnoseTemporaryFolder(): Promise<Diagnosis> {
  const part = 'temporary folder'
  try {
    const folder = await mkdtemp(join(tmpdir(), 'floodmark-doctor-'))
    await rm(folder, { recursive: true })
    const { bavail, bsize } = await statfs(tmpdir())
    const found = `${tmpdir()}, ${(bavail * bsize / 1024 ** 3).toFixed(1)} GiB free`
    if (bavail * bsize >= wantedFreeBytes) return { part, status: 'ok', found }
    return { part, status: 'broken', found, cause: 'a run may need 2 GiB', cure: 'free some space, or set TMPDIR to a folder on another disk' }
  } catch (error) {
    return { part, status: 'broken', found: tmpdir(), cause: causeOf(error), cure: 'set TMPDIR to a folder that can be written to' }
  }
}

function diagnoseOpenFiles(): Diagnosis {
  const part = 'open files'
  const limit = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? 'unknown'
  if (Number(limit) < wantedOpenFiles) return { part, status: 'broken', found: limit, cause: `the platform's sockets and the links need up to ${wantedOpenFiles}`, cure: `ulimit -n ${wantedOpenFiles}` }
  return { part, status: 'ok', found: limit }
}

function diagnoseCores(): Diagnosis {
  const cores = availableParallelism()
  if (cores >= wantedCores) return { part: 'cores', status: 'ok', found: String(cores) }
  return { part: 'cores', status: 'broken', found: String(cores), cause: 'the sender shares its core with the system under test, and sends late', cure: 'use a lower rate: --set rate=500' }
}

function diagnoseUser(): Diagnosis {
  const root = process.getuid?.() === 0
  return { part: 'user', status: 'ok', found: root ? 'root (PostgreSQL, which refuses root, is run as nobody)' : `uid ${process.getuid?.()}` }
}
