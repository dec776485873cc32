// wrk, the fastest there is: C, closed loop, no rate of its own. Taken from PATH.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { FloodmarkError } from '../../../../harness/errors.ts'
import type { Peer } from './peer.ts'

export async function openWrk(): Promise<Peer> {
  return {
    name: 'wrk',
    version: readVersion(),
    flatOut({ url, bodyFile, headers, folder }, connections) {
      const script = join(folder, 'wrk.lua')
      const lines = Object.entries(headers).map(([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`)
      writeFileSync(script, ['wrk.method = "POST"', `local file = io.open(${JSON.stringify(bodyFile)}, "rb")`, 'wrk.body = file:read("*a")', 'file:close()', ...lines].join('\n'))
      return { command: 'wrk', args: ['--threads=1', `--connections=${connections}`, '--duration=600s', `--script=${script}`, url] }
    },
  }
}

/** `wrk -v` prints its version and usage and ends with 1. */
function readVersion(): string {
  try {
    return versionIn(execFileSync('wrk', ['-v'], { encoding: 'utf8', stdio: 'pipe' }))
  } catch (error) {
    const { code, stdout } = error as { code?: string; stdout?: string }
    if (code === 'ENOENT') throw new FloodmarkError('unavailable', 'wrk is not on PATH', { hint: 'apt-get install wrk', cause: error })
    return versionIn(stdout ?? '')
  }
}

function versionIn(text: string): string {
  return /wrk (?:debian\/)?([\d.]\S*)/.exec(text)?.[1] ?? 'of unknown version'
}
