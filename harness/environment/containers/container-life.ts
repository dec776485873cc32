// One life of a container, from right before its start to its end: what it prints goes to its log, its end is heard of at once, and it can be ended, paused and measured.
import { constants } from 'node:os'
import { Writable, type Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { sleep, until } from '../../clock.ts'
import type { ComponentLog } from '../component-log.ts'
import { endWithin } from '../end-within.ts'
import type { Life, StartedLife, Usage } from '../life.ts'
import type { ContainerRun } from './container-run.ts'
import type { DockerContainer } from './engine.ts'
import { pauseContainer } from './pause-container.ts'

const killLimitMs = 5_000
const lastWordsLimitMs = 200
/** What a shell and the engine add to the number of the signal that ended a process. */
const signalBase = 128

export interface LifeSetting {
  name: string
  log: ComponentLog
  /** Takes its standard output in place of the log. */
  output?: Writable
}

/** Follows a container that is about to be started, so that nothing of its life is missed however short it is. */
export async function beginLife({ engine, events }: ContainerRun, container: DockerContainer, { name, log, output }: LifeSetting): Promise<StartedLife> {
  const label = `container ${container.id.slice(0, 12)}`
  const { StopSignal: stopSignal = 'SIGTERM' } = (await container.inspect()).Config as { StopSignal?: string }
  const stream = await container.attach({ stream: true, stdout: true, stderr: true, logs: false }) as unknown as Readable
  const printed = writeOutput(stream, output ?? toLog(log), toLog(log))
  let asked = false
  let paused = false
  let how: string | undefined

  const died = events.nextEnd(container.id).then(({ exitCode, atMs }) => {
    how = describeEnd(exitCode)
    // What goes away with its engine is the engine's death, not its own.
    asked ||= exitCode === undefined
    return atMs
  })
  const ended = died.then(async atMs => {
    await Promise.race([printed, sleep(lastWordsLimitMs)])
    if (!asked && await ranOutOfMemory(container)) how = `${how}: out of memory`
    log.note(`${label} ${how}`)
    return { how: how!, atMs }
  })

  async function writeOutput(from: Readable, stdout: Writable, stderr: Writable): Promise<void> {
    engine.docker.modem.demuxStream(from, stdout, stderr)
    await finished(from).catch(() => {})
    stdout.end()
  }

  async function kill(): Promise<string> {
    asked = true
    if (how === undefined) {
      await unlessEnded(container.kill({ signal: 'SIGKILL' }))
      await until(`${name} (${label}) gone after SIGKILL`, killLimitMs, () => how, { everyMs: 5 })
    }
    await ended
    return `SIGKILL to ${label}: ${how}`
  }

  async function end(limitMs: number): Promise<string> {
    asked = true
    const ask = async (): Promise<void> => {
      // What is stopped would hear nothing.
      if (paused) await setStopped(false)
      await unlessEnded(container.kill({ signal: stopSignal }))
    }
    return await endWithin(limitMs, { name, signal: stopSignal, ask, how: () => how, ended, kill })
  }

  async function setStopped(stopped: boolean): Promise<void> {
    if (how) throw new Error(`${name} ${how}`)
    const { Paused } = (await container.inspect()).State
    if (Paused !== stopped) await (stopped ? pauseContainer(container) : container.unpause())
    paused = stopped
  }

  const life: Life = {
    label,
    runs: () => how === undefined,
    // The engine freezes all of its processes or none: they are counted as one.
    async countStopped() {
      const { Running, Paused } = (await container.inspect()).State
      return { all: Running ? 1 : 0, stopped: Paused ? 1 : 0 }
    },
    cpuMicroseconds: async () => (await readUsage(container)).cpuMicroseconds,
    // All containers of the run are removed, whatever state they are in.
    undoPause: [],
  }
  return {
    life,
    pid: undefined,
    get asked() {
      return asked
    },
    get how() {
      return how
    },
    ended,
    kill,
    end,
    setStopped,
    // It may end while it is asked.
    measure: async () => (how === undefined ? await readUsage(container).catch(() => undefined) : undefined),
  }
}

function toLog(log: ComponentLog): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      log.write(chunk)
      done()
    },
  })
}

/** 409: it has ended by itself in the meantime, which its end will tell. */
async function unlessEnded(request: Promise<unknown>): Promise<void> {
  try {
    await request
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 409) throw error
  }
}

async function ranOutOfMemory(container: DockerContainer): Promise<boolean> {
  try {
    return (await container.inspect()).State.OOMKilled
  } catch {
    return false
  }
}

function describeEnd(exitCode: number | undefined): string {
  if (exitCode === undefined) return 'went away with its engine'
  const signal = Object.entries(constants.signals).find(([, number]) => number === exitCode - signalBase)?.[0]
  return signal === undefined ? `exited with code ${exitCode}` : `ended by ${signal}`
}

/**
 * CPU as the kernel charged it to the container's control group. Memory is what its processes hold: anonymous pages and mapped files, without the files
 * that the kernel only keeps for it, under the names of control groups version 2 or 1.
 */
async function readUsage(container: DockerContainer): Promise<Usage> {
  const { cpu_stats: { cpu_usage: cpu }, memory_stats: { stats } } = await container.stats({ stream: false, 'one-shot': true })
  const pages = (stats ?? {}) as unknown as Record<string, number | undefined>
  const rssBytes = (pages.anon ?? pages.total_rss ?? 0) + (pages.file_mapped ?? pages.total_mapped_file ?? 0)
  return { cpuMicroseconds: cpu.total_usage / 1_000, rssBytes }
}
