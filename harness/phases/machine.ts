import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { dirname, join } from 'node:path'
import { modulePath } from '../module-path.ts'
import type { RunRecord } from '../../reports/record.ts'

/** The machine as the record names it. The fingerprint tells whether two runs may be compared at all. */
export function describeMachine(kind: string, versions: Readonly<Record<string, string>>): RunRecord['environment'] {
  const machine = { kind, cpuModel: cpus()[0]?.model ?? 'unknown', cpus: cpus().length, memoryBytes: totalmem(), os: `${type()} ${release()}` }
  const fingerprint = createHash('sha256').update(JSON.stringify([machine, process.version])).digest('hex').slice(0, 16)
  return { ...machine, fingerprint, versions: { ...versions } }
}

/** Version of floodmark, and the commit where it runs from a checkout. */
export function describeFloodmark(): RunRecord['floodmark'] {
  const root = packageRoot(dirname(modulePath(import.meta.url, './machine.ts')))
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  try {
    const git = (...args: string[]): string => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
    if (git('rev-parse', '--show-toplevel') !== root) return { version, commit: null, dirty: null }
    return { version, commit: git('rev-parse', 'HEAD'), dirty: git('status', '--porcelain', '--untracked-files=no') !== '' }
  } catch {
    // Not a checkout, or no git: the version says all there is to say.
    return { version, commit: null, dirty: null }
  }
}

/** The folder above that has the package's own package.json: the checkout, or the installed package. */
function packageRoot(from: string): string {
  const inside = from.lastIndexOf('/harness')
  const above = from.slice(0, inside)
  return above.endsWith('/dist') ? dirname(above) : above
}
