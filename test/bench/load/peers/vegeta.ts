// vegeta, built from the tools module like the programs of a run; only the bench needs it.
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { toolsModule } from '../../../../harness/environment/tool.ts'
import { runCommand } from '../../../../harness/environment/run-command.ts'
import type { Invocation, Peer, Target } from './peer.ts'

const module = 'github.com/tsenart/vegeta/v12'
const buildLimitMs = 10 * 60_000

interface Report {
  latencies: { '50th': number; '90th': number; '99th': number }
  requests: number
  success: number
}

export async function openVegeta(progress: (line: string) => void): Promise<Peer> {
  const version = new RegExp(`${module} v(\\S+)`).exec(readFileSync(join(toolsModule, 'go.mod'), 'utf8'))![1]
  const path = await build(version, progress)
  return {
    name: 'vegeta',
    version,
    flatOut: (target, workers) => start(path, target, ['-rate=0', `-max-workers=${workers}`, '-duration=10m'], '/dev/null'),
    // Its command line knows constant rates only.
    paced: (target, { from, to, forMs }, workers) => from === to ? start(path, target, [`-rate=${from}`, `-max-workers=${workers}`, `-duration=${forMs}ms`], results(target)) : undefined,
    async reading(target) {
      const { stdout } = await promisify(execFile)(path, ['report', '-type=json', results(target)])
      const { latencies, requests, success } = JSON.parse(stdout) as Report
      return { p50: latencies['50th'] / 1e6, p90: latencies['90th'] / 1e6, p99: latencies['99th'] / 1e6, missing: Math.round(requests * (1 - success)) }
    },
  }
}

async function build(version: string, progress: (line: string) => void): Promise<string> {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'floodmark', 'tools', `vegeta-${version}`)
  const path = join(folder, 'vegeta')
  if (existsSync(path)) return path
  mkdirSync(folder, { recursive: true })
  progress(`building vegeta ${version} once into ${folder}`)
  await runCommand('go', ['build', '-C', toolsModule, '-mod=readonly', '-trimpath', '-o', path, module], { env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' }, limitMs: buildLimitMs })
  return path
}

function results({ folder }: Target): string {
  return join(folder, 'vegeta.bin')
}

function start(path: string, { url, bodyFile, headers, folder }: Target, args: readonly string[], output: string): Invocation {
  const targets = join(folder, 'vegeta.txt')
  writeFileSync(targets, [`POST ${url}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), `@${bodyFile}`, ''].join('\n'))
  return { command: path, args: ['attack', `-targets=${targets}`, `-output=${output}`, '-connections=10000', ...args] }
}
