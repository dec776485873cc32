// k6 as a program of the run: started before the flood with all its users made, waiting at its gate, ended with the run. As a process of this machine by default, in a container by that environment.
import { finished } from 'node:stream/promises'
import { join } from 'node:path'
import type { Writable } from 'node:stream'

import { sleep } from '../../clock.ts'
import type { ComponentLog } from '../../environment/component-log.ts'
import type { ProcessJournal, ProcessUsage } from '../../environment/environment.ts'
import type { StartedLife } from '../../environment/life.ts'
import { startProcess } from '../../environment/local-process.ts'
import type { Tool } from '../../environment/tool.ts'
import { createUsageMeter } from '../../environment/usage-meter.ts'
import { scriptFile } from './flood-files.ts'
import { openGate, type Gate } from './gate.ts'

/** k6 cuts its users off at once, and writes its totals. */
const endLimitMs = 10_000
/** What was printed before the end has been read by then, or the harness is stuck. */
const readLimitMs = 10_000
const sampleEveryMs = 500

export interface K6Launch {
  /** Folder with the flood's files; its totals go there too. */
  folder: string
  /** Where k6 itself reaches the intake, without the path. */
  baseUrl: string
  secret: string
  /** Takes its standard output. */
  output: Writable
  log: ComponentLog
  journal: ProcessJournal
}

export interface K6Program {
  readonly gate: Gate
  readonly totalsFile: string
  /** Whether it was told to end. */
  readonly asked: boolean
  /** Resolves when it has ended, all that it printed has been taken and its totals are there; rejects where that could not be. */
  readonly ended: Promise<{ how: string; atMs: number }>
  usage(): ProcessUsage
  /** Asked while it runs. */
  readVersion(): Promise<string>
  /** Ends it before its time; open attempts are cut off. */
  end(): Promise<void>
}

export interface StartK6Program {
  (launch: K6Launch): Promise<K6Program>
}

/** What is said to k6 wherever it runs: the script does all of it, nothing is sent to anybody, and what it prints is for AttemptLines. */
export function k6Arguments({ script, totalsFile, apiAddress }: { script: string; totalsFile: string; apiAddress: string }): string[] {
  return [
    'run', '--quiet', '--no-color', '--no-usage-report', '--no-thresholds', '--address', apiAddress, '--system-tags', '',
    '--log-output', 'stdout', '--log-format', 'raw', '--new-machine-readable-summary', '--summary-export', totalsFile, script,
  ]
}

/** The whole environment that the script reads; nothing is looked for beyond what is there. */
export function k6Environment({ baseUrl, secret }: Pick<K6Launch, 'baseUrl' | 'secret'>, gateUrl: string): Record<string, string> {
  return { K6_AUTO_EXTENSION_RESOLUTION: 'false', BASE_URL: baseUrl, SECRET: secret, FLOODMARK_GATE: gateUrl }
}

/** Starts k6 as a process. Nothing of it listens, nothing is asked of the network but the gate and the intake, and no setting of the user's reaches it. */
export function startK6Process({ path, version }: Tool): StartK6Program {
  return async launch => {
    const { folder, output, log, journal } = launch
    const totalsFile = join(folder, 'totals.json')
    const gate = await openGate()
    try {
      const life = await startProcess({
        name: 'k6',
        command: path,
        args: k6Arguments({ script: scriptFile, totalsFile, apiAddress: '' }),
        cwd: folder,
        env: { PATH: process.env.PATH, HOME: folder, ...k6Environment(launch, gate.url) },
        stopSignal: 'SIGINT',
        output,
      }, log, journal)
      return followK6(life, { gate, totalsFile, output, readVersion: async () => version })
    } catch (error) {
      await gate.close()
      throw error
    }
  }
}

/** A k6 that has been started, as the engine deals with it. `fetchTotals` brings its totals to their place once it has ended. */
export function followK6(life: StartedLife, { gate, totalsFile, output, readVersion, fetchTotals = async () => {} }: Pick<K6Program, 'gate' | 'totalsFile' | 'readVersion'> & { output: Writable; fetchTotals?: () => Promise<void> }): K6Program {
  const meter = createUsageMeter()
  const sampling = setInterval(sample, sampleEveryMs)
  sampling.unref()
  const read = finished(output)
  // What nobody reads must not go on.
  read.catch(() => life.end(endLimitMs))
  const ended = life.ended.then(async end => {
    clearInterval(sampling)
    await within(readLimitMs, read)
    await fetchTotals()
    return end
  })

  async function sample(): Promise<void> {
    const used = await life.measure()
    if (used) meter.record(used)
  }

  return {
    gate, totalsFile, ended, readVersion,
    get asked() {
      return life.asked
    },
    usage: () => ({ name: 'k6', ...meter.usage() }),
    async end() {
      await life.end(endLimitMs)
      await gate.close()
    },
  }
}

async function within(limitMs: number, read: Promise<void>): Promise<void> {
  const enough = new AbortController()
  const tooLong = sleep(limitMs, enough.signal).then(() => { throw new Error(`what k6 printed was not taken within ${limitMs} ms of its end`) })
  await Promise.race([read, tooLong]).finally(() => enough.abort())
}
