// k6 as a process of the run: started before the flood with all its users made, written down for the watchdog, ended with the run.
import { finished } from 'node:stream/promises'
import { join } from 'node:path'
import type { Writable } from 'node:stream'

import { sleep } from '../../clock.ts'
import type { ComponentLog } from '../../environment/component-log.ts'
import type { ProcessJournal, ProcessUsage } from '../../environment/environment.ts'
import { startProcess } from '../../environment/local-process.ts'
import { createUsageMeter } from '../../environment/usage-meter.ts'
import { scriptFile } from './flood-files.ts'

/** k6 cuts its users off at once, and writes its totals. */
const endLimitMs = 10_000
/** What was printed before the end has been read by then, or the harness is stuck. */
const readLimitMs = 10_000
const sampleEveryMs = 500

export interface K6Launch {
  binary: string
  /** Folder with the flood's files; its totals go there too. */
  folder: string
  /** Where the intake listens, without the path. */
  baseUrl: string
  secret: string
  gateUrl: string
  output: Writable
  log: ComponentLog
  journal: ProcessJournal
}

export interface K6Program {
  readonly totalsFile: string
  /** Whether it was told to end. */
  readonly asked: boolean
  /** Resolves when it has ended and all that it printed has been taken; rejects where that could not be. */
  readonly ended: Promise<{ how: string; atMs: number }>
  usage(): ProcessUsage
  /** Ends it before its time; open attempts are cut off. */
  end(): Promise<void>
}

/** Starts k6 on the script. Nothing of it listens, nothing is asked of the network but the gate and the intake, and no setting of the user's reaches it. */
export async function startK6({ binary, folder, baseUrl, secret, gateUrl, output, log, journal }: K6Launch): Promise<K6Program> {
  const totalsFile = join(folder, 'totals.json')
  const child = await startProcess({
    name: 'k6',
    command: binary,
    args: [
      'run', '--quiet', '--no-color', '--no-usage-report', '--no-thresholds', '--address', '', '--system-tags', '',
      '--log-output', 'stdout', '--log-format', 'raw', '--new-machine-readable-summary', '--summary-export', totalsFile, scriptFile,
    ],
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, K6_AUTO_EXTENSION_RESOLUTION: 'false', BASE_URL: baseUrl, SECRET: secret, FLOODMARK_GATE: gateUrl },
    stopSignal: 'SIGINT',
    output,
  }, log, journal)
  const meter = createUsageMeter()
  const sampling = setInterval(sample, sampleEveryMs)
  sampling.unref()
  const read = finished(output)
  // What nobody reads must not go on.
  read.catch(() => child.end(endLimitMs))
  const ended = child.ended.then(async end => {
    clearInterval(sampling)
    await within(readLimitMs, read)
    return end
  })

  async function sample(): Promise<void> {
    const used = await child.measure()
    if (used) meter.record(used)
  }

  return {
    totalsFile,
    get asked() {
      return child.asked
    },
    ended,
    usage: () => ({ name: 'k6', ...meter.usage() }),
    async end() {
      await child.end(endLimitMs)
    },
  }
}

async function within(limitMs: number, read: Promise<void>): Promise<void> {
  const enough = new AbortController()
  const tooLong = sleep(limitMs, enough.signal).then(() => { throw new Error(`what k6 printed was not taken within ${limitMs} ms of its end`) })
  await Promise.race([read, tooLong]).finally(() => enough.abort())
}
