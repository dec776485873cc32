// One process of a component: written down for the watchdog when it starts, and ended with everything that it has started.
import { spawn } from 'node:child_process'
import { monotonicMs, sleep, until } from '../clock.ts'
import { causeOf, FloodmarkError } from '../errors.ts'
import type { ComponentLog } from './component-log.ts'
import { endWithin } from './end-within.ts'
import type { ProcessJournal } from './environment.ts'
import type { ProcessSetting } from './launch.ts'
import { processLife, type StartedLife } from './life.ts'
import { anyAlive, readProcess, signalTree, treeOf } from './process-tree.ts'
import { measureTree } from './process-usage.ts'

const killLimitMs = 5_000
const lastWordsLimitMs = 200

/** A started life that is known to be a process of this machine: signals go to its whole tree. */
export interface LocalProcess extends StartedLife {
  readonly pid: number
}

/** Starts the process of a launch. Throws `unavailable` where the command cannot be run at all. */
export async function startProcess({ name, command, args, cwd, env, uid, gid, stopSignal, output }: ProcessSetting, log: ComponentLog, journal: ProcessJournal): Promise<LocalProcess> {
  // A group of its own: the terminal's Ctrl-C reaches the harness alone, and a signal to the group reaches all of it.
  const child = spawn(command, args, { cwd, env, uid, gid, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const { pid } = child
  if (pid === undefined) {
    const error = await new Promise(resolve => child.once('error', resolve))
    throw new FloodmarkError('unavailable', `${name}: ${command} cannot be started in ${cwd}: ${causeOf(error)}`, { cause: error })
  }
  const startTime = readProcess(pid)?.startTime ?? ''
  const journalId = writeDown()
  if (output === undefined) child.stdout.on('data', log.write)
  else child.stdout.pipe(output)
  child.stderr.on('data', log.write)

  let asked = false
  let how: string | undefined
  const closed = new Promise<void>(resolve => child.once('close', () => resolve()))
  const exited = new Promise<number>(resolve => child.once('exit', (code, by) => {
    how = by ? `ended by ${by}` : `exited with code ${code}`
    // What it leaves behind of its group goes with it; only then is there nothing to undo.
    signalTree(pid, startTime, 'SIGKILL')
    journal.done(journalId)
    resolve(monotonicMs())
  }))
  const ended = exited.then(async atMs => {
    // Its last words may still be in the pipe, and a process that left the group may hold the pipe open for ever.
    await Promise.race([closed, sleep(lastWordsLimitMs)])
    log.note(`pid ${pid} ${how}`)
    return { how: how!, atMs }
  })

  function writeDown(): number {
    try {
      return journal.add({ do: 'signal', pid: pid!, startTime, signal: 'SIGKILL' })
    } catch (error) {
      // What cannot be written down, on a full disk, must not run: nobody would end it.
      signalTree(pid!, startTime, 'SIGKILL')
      throw error
    }
  }

  async function kill(): Promise<string> {
    asked = true
    const pids = signalTree(pid!, startTime, 'SIGKILL')
    // Its children hold its port and its shared memory until they too are gone.
    await until(`${name} (pid ${pid}) gone after SIGKILL`, killLimitMs, () => (how && !anyAlive(pids)) || undefined, { everyMs: 5 })
    await ended
    return `SIGKILL to pid ${pid}${pids.length > 1 ? ` and ${pids.length - 1} children` : ''}: ${how}`
  }

  async function end(limitMs: number): Promise<string> {
    asked = true
    const ask = (): void => {
      signalTree(pid!, startTime, 'SIGCONT')
      child.kill(stopSignal)
    }
    return await endWithin(limitMs, { name, signal: stopSignal, ask, how: () => how, ended, kill })
  }

  async function setStopped(stopped: boolean): Promise<void> {
    await until(`${name} ${stopped ? 'stopped' : 'running on'}`, killLimitMs, () => {
      if (how) throw new Error(`${name} ${how}`)
      signalTree(pid!, startTime, stopped ? 'SIGSTOP' : 'SIGCONT')
      // One that has ended stays in the table until its parent, itself stopped, collects it.
      return treeOf(pid!).every(row => row.state === 'Z' || (row.state === 'T') === stopped) || undefined
    }, { everyMs: 5 })
  }

  return {
    pid,
    life: processLife(pid, startTime),
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
    measure: async () => (how ? undefined : measureTree(pid)),
  }
}
