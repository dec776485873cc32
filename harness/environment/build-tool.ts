// Arranging, before anything starts: every tool that the run needs, found or built once into the user's cache.
import { randomUUID } from 'node:crypto'
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { monotonicMs } from '../clock.ts'
import { causeOf, FloodmarkError } from '../errors.ts'
import { takeBuildLock } from './build-lock.ts'
import { runCommand } from './run-command.ts'
import { cachedTool, checkVersion, lookUpTool, pinnedGo, pinnedVersion, tools, toolsModule, type Rejected, type Tool, type ToolName } from './tool.ts'

// Cold, with downloads, a build takes 20 to 100 s on two cores; a machine twenty times slower is still given its time.
const buildLimitMs = 15 * 60_000
const progressEveryMs = 5_000

export interface FindToolOptions {
  signal?: AbortSignal
  env?: NodeJS.ProcessEnv
}

/** The tool from a setting, PATH or the cache, or built into the cache. Throws `unavailable` with the cause and the lines that cure it. */
export async function findTool(name: ToolName, progress: (line: string) => void, { signal, env = process.env }: FindToolOptions = {}): Promise<Tool> {
  const { tool, rejected } = await lookUpTool(name, env)
  const reasons = rejected.map(describeRejected)
  const { setting } = tools[name]
  if (rejected.some(({ source }) => source === 'setting')) {
    throw new FloodmarkError('unavailable', `${setting}: ${reasons[0]}`, { hint: `set ${setting} to a ${name} that runs, or unset it: unset ${setting}` })
  }
  for (const reason of reasons) progress(reason)
  return tool ?? { name, path: await buildTool(name, progress, { signal, env }, reasons), version: pinnedVersion(name), source: 'built' }
}

export function describeRejected({ source, path, reason }: Rejected): string {
  const place = { setting: 'the setting', path: 'on PATH', cache: 'in the cache', built: 'just built' }[source]
  return `${path} (${place}) ${reason}`
}

/** The lines that get a tool onto this machine, for errors and doctor. */
export function cureFor(name: ToolName): string {
  const { setting, atLeast, below } = tools[name]
  const archive = `go${pinnedGo()}.${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}.tar.gz`
  return [
    `install Go ${pinnedGo()} or later and run the command again, which builds ${name} once:`,
    `  curl -L https://go.dev/dl/${archive} | sudo tar -C /usr/local -xz && export PATH=/usr/local/go/bin:$PATH`,
    `or name one that is there already, from ${atLeast} to below ${below}:`,
    `  export ${setting}=/path/to/${name}`,
  ].join('\n')
}

async function buildTool(name: ToolName, progress: (line: string) => void, { signal, env }: FindToolOptions, reasons: readonly string[]): Promise<string> {
  const target = cachedTool(name, env)
  const version = pinnedVersion(name)
  // A name of its own and a rename: nobody ever runs half a binary.
  const unfinished = `${target}.${randomUUID()}`
  try {
    mkdirSync(dirname(target), { recursive: true })
    using _ = await takeBuildLock(`${target}.building`, () => progress(`waiting for ${name} ${version}, which another floodmark is building`), signal)
    if ('version' in await checkVersion(tools[name], target)) return target
    progress(`building ${name} ${version} once into ${dirname(target)} (half a minute to two)`)
    await goBuild(name, version, unfinished, progress, { signal, env })
    const checked = await checkVersion(tools[name], unfinished)
    if ('reason' in checked) throw new Error(`what was built ${checked.reason}`)
    renameSync(unfinished, target)
    return target
  } catch (error) {
    signal?.throwIfAborted()
    const evidence = [...reasons, ...(error instanceof FloodmarkError ? error.evidence : [])]
    throw new FloodmarkError('unavailable', `${name} is needed and could not be built: ${causeOf(error)}`, { hint: cureFor(name), evidence, cause: error })
  } finally {
    rmSync(unfinished, { force: true })
  }
}

async function goBuild(name: ToolName, version: string, output: string, progress: (line: string) => void, { signal, env }: FindToolOptions): Promise<void> {
  const { package: source, ldflags } = tools[name]
  const args = ['build', '-C', toolsModule, '-mod=readonly', '-trimpath', '-v', '-o', output, ...(ldflags(version) ? ['-ldflags', ldflags(version)] : []), source]
  const startedAt = monotonicMs()
  let compiled = 0
  const ticker = setInterval(() => progress(`building ${name}: ${Math.round((monotonicMs() - startedAt) / 1000)} s, ${compiled} packages compiled`), progressEveryMs)
  try {
    await runCommand('go', args, {
      // The package may be installed inside someone's Go workspace, which must not have a say.
      env: { ...env, CGO_ENABLED: '0', GOWORK: 'off' },
      limitMs: buildLimitMs,
      signal,
      // With -v each compiled package is a line of its own, and downloads and errors are sentences.
      onLine: line => (compiled += /^[\w./-]+$/.test(line) ? 1 : 0),
    })
  } finally {
    clearInterval(ticker)
  }
}
