// Why the sender was behind, whenever it was: looked at ten times a second, so that the path of an event knows nothing of it.
import { readFileSync } from 'node:fs'

import { monotonicMs } from '../../clock.ts'
import { cpuBetween, readCpuTimes, type CpuTimes } from '../../environment/machine-cpu.ts'
import type { Behind } from '../engine.ts'

const everyMs = 100
/** Timers are a millisecond coarse and a batch of sends takes a few: less than this is not being behind. */
const toleratedMs = 10

/** What the watch asks of its sender. */
export interface Watched {
  /** When the earliest thing is due, ms of the shared monotonic clock. */
  nextDueMs(): number
  socketsInUse(): number
  /** Whether another attempt could be started now. */
  hasSocket(nowMs: number): boolean
  /** Begun so far. */
  attempts(): number
}

interface Look {
  atMs: number
  cpuMs: number
  waitedForCoreMs: number | undefined
  machine: CpuTimes | undefined
  attempts: number
}

export class BehindWatch {
  readonly #watched: Watched
  #timer: NodeJS.Timeout | undefined
  #last: Look | undefined
  #sum: Behind = nothing()

  constructor(watched: Watched) {
    this.#watched = watched
  }

  /** From now on, and from zero. */
  begin(): void {
    this.#sum = nothing()
    this.#last = this.#read()
    this.#timer = setInterval(() => this.#look(), everyMs)
  }

  end(): void {
    clearInterval(this.#timer)
  }

  /** Since `begin`. */
  get behind(): Behind {
    return { ...this.#sum }
  }

  /** A look that comes late is one of a thread that could not send either. */
  #look(): void {
    const before = this.#last!
    const now = this.#last = this.#read()
    const ms = now.atMs - before.atMs
    if (ms < everyMs + toleratedMs && this.#watched.nextDueMs() > now.atMs - toleratedMs) return
    const sum = this.#sum
    sum.ms += ms
    sum.cpuMs += now.cpuMs - before.cpuMs
    if (now.waitedForCoreMs !== undefined && before.waitedForCoreMs !== undefined) sum.waitedForCoreMs += now.waitedForCoreMs - before.waitedForCoreMs
    sum.stolenMs += ms * (cpuBetween(before.machine, now.machine)?.stolenShare ?? 0)
    sum.attempts += now.attempts - before.attempts
    sum.socketMs += this.#watched.socketsInUse() * ms
    if (!this.#watched.hasSocket(now.atMs)) sum.withoutSocketMs += ms
  }

  #read(): Look {
    const { user, system } = process.threadCpuUsage()
    return { atMs: monotonicMs(), cpuMs: (user + system) / 1_000, waitedForCoreMs: readWaitedForCoreMs(), machine: readCpuTimes(), attempts: this.#watched.attempts() }
  }
}

function nothing(): Behind {
  return { ms: 0, cpuMs: 0, waitedForCoreMs: 0, stolenMs: 0, withoutSocketMs: 0, socketMs: 0, attempts: 0 }
}

/** How long this thread has been ready to run and not on a core: the second number of Linux's schedstat, ns. Undefined where the kernel keeps none. */
function readWaitedForCoreMs(): number | undefined {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[1]) / 1e6
  } catch {
    return undefined
  }
}
