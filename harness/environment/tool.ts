// The programs that npm does not carry: where each is looked for, and which versions will do. Used while arranging and by doctor.
import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { causeOf } from '../errors.ts'

const versionLimitMs = 5_000

/** The one Go module that pins them. Copied beside the compiled files by the build, so the path holds in the package too. */
export const toolsModule = fileURLToPath(new URL('./tools/', import.meta.url))

export interface ToolKind {
  readonly name: string
  /** Environment variable that names the binary to use. */
  readonly setting: string
  /** Go package that it is built from, and the module that go.mod pins. */
  readonly package: string
  readonly module: string
  /** Supported range: from `atLeast` up to, and without, `below`. */
  readonly atLeast: string
  readonly below: string
  /** Linker flag that gives the binary its version, where the sources do not. */
  readonly ldflags: (version: string) => string
  /** What it is needed for, where a run can go on without it. */
  readonly onlyFor?: string
}

export const tools = {
  'nats-server': {
    name: 'nats-server',
    setting: 'FLOODMARK_NATS_SERVER',
    package: 'github.com/nats-io/nats-server/v2',
    module: 'github.com/nats-io/nats-server/v2',
    // 2.10.20 to 2.10.22 lost streams on kill -9 alone (nats-server #6888); 2.9 does not know sync_interval.
    atLeast: '2.12.3',
    below: '3.0.0',
    ldflags: () => '',
  },
  'toxiproxy-server': {
    name: 'toxiproxy-server',
    setting: 'FLOODMARK_TOXIPROXY_SERVER',
    package: 'github.com/Shopify/toxiproxy/v2/cmd/server',
    module: 'github.com/Shopify/toxiproxy/v2',
    atLeast: '2.9.0',
    below: '3.0.0',
    ldflags: version => `-X github.com/Shopify/toxiproxy/v2.Version=${version}`,
  },
  k6: {
    name: 'k6',
    setting: 'FLOODMARK_K6',
    package: 'go.k6.io/k6/v2',
    module: 'go.k6.io/k6/v2',
    // 2.0 renamed or removed options that the engine starts it with.
    atLeast: '2.0.0',
    below: '3.0.0',
    ldflags: () => '',
    onlyFor: '--engine k6',
  },
} as const satisfies Record<string, ToolKind>

export type ToolName = keyof typeof tools

export interface Tool {
  name: ToolName
  path: string
  version: string
  source: 'setting' | 'path' | 'cache' | 'built'
}

/** A binary that was there and will not do, and why. */
export interface Rejected {
  source: Tool['source']
  path: string
  reason: string
}

/** Looks in the setting, PATH and the cache, in this order, and builds nothing. A setting that will not do ends the search: it was asked for. */
export async function lookUpTool(name: ToolName, env: NodeJS.ProcessEnv = process.env): Promise<{ tool?: Tool; rejected: Rejected[] }> {
  const kind = tools[name]
  const rejected: Rejected[] = []
  const onPath = findOnPath(name, env)
  const candidates: { source: Tool['source']; path: string }[] = [
    ...(env[kind.setting] ? [{ source: 'setting' as const, path: env[kind.setting]! }] : []),
    ...(onPath ? [{ source: 'path' as const, path: onPath }] : []),
    ...(existsSync(cachedTool(name, env)) ? [{ source: 'cache' as const, path: cachedTool(name, env) }] : []),
  ]
  for (const { source, path } of candidates) {
    const checked = await checkVersion(kind, path)
    if ('version' in checked) return { tool: { name, path, version: checked.version, source }, rejected }
    rejected.push({ source, path, reason: checked.reason })
    if (source === 'setting') break
  }
  return { rejected }
}

/** Where the cache keeps the pinned version, whether it is there or not. */
export function cachedTool(name: ToolName, env: NodeJS.ProcessEnv = process.env): string {
  const cache = env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache')
  return join(cache, 'floodmark', 'tools', `${name}-${pinnedVersion(name)}`, name)
}

/** The version that the tools module pins. */
export function pinnedVersion(name: ToolName): string {
  return wordAfter(tools[name].module, /^v\d/).slice(1)
}

/** The oldest Go that can build them. An older one from 1.21 on fetches this one by itself, where it may. */
export function pinnedGo(): string {
  return wordAfter('go', /^\d/)
}

/** go.mod is the one place where versions stand: `<name> <version>` on a line of its own. */
function wordAfter(name: string, version: RegExp): string {
  const lines = readFileSync(join(toolsModule, 'go.mod'), 'utf8').split('\n').map(line => line.trim().split(/\s+/))
  const found = lines.find(([first, second]) => first === name && version.test(second))
  if (!found) throw new Error(`${toolsModule}go.mod does not say which version of ${name}`)
  return found[1]
}

/** Runs `--version` and holds it against the supported range. */
export async function checkVersion(kind: ToolKind, path: string): Promise<{ version: string } | { reason: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(path, ['--version'], { timeout: versionLimitMs, killSignal: 'SIGKILL' })
    const version = /\d+\.\d+\.\d+/.exec(stdout + stderr)?.[0]
    if (!version) return { reason: `answers --version with "${(stdout + stderr).trim().slice(0, 80)}", which holds no version` }
    const supported = compareVersions(version, kind.atLeast) >= 0 && compareVersions(version, kind.below) < 0
    return supported ? { version } : { reason: `is ${version}; ${kind.name} from ${kind.atLeast} to below ${kind.below} is needed` }
  } catch (error) {
    return { reason: `does not run: ${causeOf(error).trim().split('\n').slice(0, 3).join('; ')}` }
  }
}

function findOnPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  return (env.PATH ?? '').split(delimiter).filter(Boolean).map(folder => join(folder, name)).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Below zero where `a` is the older of two versions of the form 1.2.3. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map(version => version.split('.').map(Number))
  const at = left.findIndex((part, index) => part !== (right[index] ?? 0))
  return at < 0 ? 0 : left[at] - (right[at] ?? 0)
}
